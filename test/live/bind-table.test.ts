/**
 * The rules of the kernel, asked of the kernel: one bind after another under DTrace, each of which the replay has
 * to predict from the trace alone. A difference is a mistake in src/kernel.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { temporaryDirectory } from '../cli/command-line.ts';
import { answersOf, candidateRow, formatRows, judgeTables } from './bind-table/judged-table.ts';
import { keepRecording } from './bind-table/kept-recording.ts';
import { recordTables } from './bind-table/recording.ts';
import { situations } from './bind-table/situations.ts';
import { canMakeDevice, hiddenTables, leftTable, mainTable } from './bind-table/tables.ts';
import { missingDtrace } from './started-repro.ts';

let missing: string | null = null;
beforeAll(async () => {
  missing = await missingDtrace();
});

describe('under DTrace', () => {
  beforeEach((context) => {
    if (missing !== null) context.skip(missing);
  });

  test('every bind is answered as the replay predicts', async () => {
    const tables = [mainTable, ...hiddenTables, leftTable];
    const recording = await recordTables(await temporaryDirectory(), tables, dtrace);
    expect(recording.end).toEqual({ exitCode: 0, signal: null, stderr: '' });
    expect(recording.runs.map(({ complaints }) => complaints)).toEqual(tables.map(() => ''));
    const keepIn = process.env['AFTERCLOSE_KEEP_RECORDING'];
    if (keepIn !== undefined) await keepRecording(recording, keepIn);
    const [judged, ...hidden] = await judgeTables(recording);
    if (judged === undefined) throw new RangeError('no table was judged');

    const { rows, doubts } = judged;
    const wrong = rows.filter(({ predicted, answered }) => predicted !== answered);
    expect(wrong, formatRows(rows)).toEqual([]);
    expect(doubts).toEqual([]);
    const seen = rows.map(({ situation, address, answered }) => ({ situation, address, answered }));
    expect(seen).toEqual(answersOf(recording, mainTable.run));

    expect(mainTable.situations.length).toBeGreaterThanOrEqual(60);
    const outcomes = new Map<string, Set<string>>();
    for (const { name, rule } of mainTable.situations) {
      const answered = candidateRow(judged, name)?.answered ?? 'nothing';
      outcomes.set(rule, (outcomes.get(rule) ?? new Set()).add(answered));
    }
    for (const [rule, answers] of outcomes) {
      expect([...answers].sort(), `the outcomes of "${rule}"`).toEqual(['blocked', 'free']);
    }

    // What a trace of calls can not follow is never predicted to be free, and is a doubt.
    for (const [index, table] of hiddenTables.entries()) {
      const candidates = table.situations.map(({ name }) => candidateRow(hidden[index]!, name));
      expect(new Set(candidates.map((row) => row?.predicted))).toEqual(new Set(['undetermined']));
      expect(candidates.map((row) => row?.answered)).toContain('blocked');
      expect(hidden[index]?.doubts.map(({ code }) => code)).toContain('blind-spot');
    }
    const left = hidden.at(-1)!;
    for (const { name } of leftTable.situations) {
      expect(candidateRow(left, name)).toMatchObject({ predicted: 'undetermined', answered: 'blocked' });
    }
    expect(left.doubts.map(({ code }) => code).sort()).toEqual([
      ...leftTable.situations.slice(1).map(() => 'left-connection'),
      'unknown-address',
    ]);
  });

  test('a second network interface can be made, so no situation is left out', (context) => {
    if (!canMakeDevice) context.skip('missing: tun (/dev/net/tun, for SO_BINDTODEVICE with two interfaces)');
    expect(mainTable.situations).toEqual(situations);
  });
});
