/**
 * What test/live/bind-table.test.ts asks of the kernel, from its recording: the replay has to predict every answer
 * that a Linux 6.18 gave.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { answersOf, formatRows, judgeTables } from '../../live/bind-table/judged-table.ts';
import { readRecording } from '../../live/bind-table/kept-recording.ts';
import { leftSituations } from '../../live/bind-table/left-situations.ts';

const directory = fileURLToPath(new URL('../../golden/dtrace/bind-table', import.meta.url));

test('every bind of the recorded table is answered as the replay predicts', async () => {
  const recording = await readRecording(directory);
  const [table, ...hidden] = await judgeTables(recording);
  const rows = table?.rows ?? [];
  const wrong = rows.filter(({ predicted, answered }) => predicted !== answered);
  expect(wrong, formatRows(wrong)).toEqual([]);
  expect(table?.doubts).toEqual([]);
  const seen = rows.map(({ situation, address, answered }) => ({ situation, address, answered }));
  expect(seen).toEqual(answersOf(recording, '0001'));
  expect(new Set(rows.map(({ situation }) => situation)).size).toBeGreaterThanOrEqual(60);

  for (const each of hidden.slice(0, -1)) {
    expect(each.doubts.map(({ code }) => code)).toContain('blind-spot');
    // Where something is hidden, nothing is called free.
    const afterwards = each.rows.filter(({ predicted }) => predicted === 'undetermined');
    expect(afterwards.map(({ answered }) => answered)).toContain('blocked');
    expect(each.rows.filter((row) => row.predicted === 'free' && row.answered === 'blocked')).toEqual([]);
  }

  const left = hidden.at(-1)?.rows ?? [];
  const last = new Map(left.map((row) => [row.situation, row]));
  expect(last.size).toBe(leftSituations.length);
  for (const row of last.values())
    expect(row).toMatchObject({ predicted: 'undetermined', answered: 'blocked' });
});
