import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunsSeen } from '../../../../harness/run/runs-seen.ts';
import { record, temporaryDirectory } from '../store/saved-session.ts';

const hello = {
  kind: 'launcher',
  schemaVersion: 1,
  session: 's',
  pid: 7,
  goVersion: 'go1.21',
  kernel: 'Linux',
  subreaper: true,
  at: '1',
};
const end = { kind: 'end', runs: 2, reason: 'done', at: '9' };
/** Each takes a millisecond. */
const run = { ...record, endedAt: '1001000' };
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

test.each([
  ['', { launcher: null, runsDone: 0, runsMs: 0, hasEnded: false }],
  [line(hello), { launcher: 7, runsDone: 0, runsMs: 0, hasEnded: false }],
  [line(hello) + line(run), { launcher: 7, runsDone: 1, runsMs: 1, hasEnded: false }],
  [
    line(hello) + line(run) + line(run).slice(0, -1),
    { launcher: 7, runsDone: 1, runsMs: 1, hasEnded: false },
  ],
  [line(hello) + '{"kind":"run"}\n' + line(run), { launcher: 7, runsDone: 1, runsMs: 1, hasEnded: false }],
  [line(hello) + line(run) + line(run) + line(end), { launcher: 7, runsDone: 2, runsMs: 2, hasEnded: true }],
])('%j', async (text, seen) => {
  const file = join(await temporaryDirectory(), 'records.ndjson');
  await writeFile(file, text);
  expect(await readRunsSeen(file)).toEqual(seen);
});

test('no file yet', async () => {
  const seen = await readRunsSeen(join(await temporaryDirectory(), 'records.ndjson'));
  expect(seen).toEqual({ launcher: null, runsDone: 0, runsMs: 0, hasEnded: false });
});
