/** Recorded sessions, judged anew. `make golden` writes the expected reports; read what changed before you commit it. */
import { readdirSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { json } from '../../../../src/report/json.ts';
import { temporaryDirectory } from '../store/saved-session.ts';
import { judgeSession } from '../../../../harness/run/judgement.ts';

const sessions = resolve(import.meta.dirname, '../../../golden/session');
const names = readdirSync(sessions, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test.each(names)('%s', async (name) => {
  const { report } = await judgeSession(join(sessions, name));
  const text = json.render(report, { width: 100, color: false, sessionPath: null, detail: 'full' });
  await expect(text).toMatchFileSnapshot(join(sessions, name, 'report.json'));
});

test('a later tracer that does not start takes away nothing that an earlier one saw', async () => {
  const copy = join(await temporaryDirectory(), 's');
  await cp(join(sessions, 'tracer-killed'), copy, { recursive: true });
  const file = join(copy, 'end.json');
  const end = JSON.parse(await readFile(file, 'utf8')) as { ended: object };
  const before = await judgeSession(copy);
  await writeFile(file, JSON.stringify({ ...end, ended: { ...end.ended, exitCode: 3 } }));
  const { report } = await judgeSession(copy);
  expect([report.outcome, report.exitCode]).toEqual([before.report.outcome, before.report.exitCode]);
  expect(report.outcome).not.toBe('failed');
});
