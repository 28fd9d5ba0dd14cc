/** Recorded sessions, judged anew. `make golden` writes the expected reports; read what changed before you commit it. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { json } from '../../../../src/report/json.ts';
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
