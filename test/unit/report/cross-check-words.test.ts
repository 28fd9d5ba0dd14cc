import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.ts';
import { crossCheckSentences } from '../../../src/report/cross-check-words.ts';
import type { CrossCheck } from '../../../src/verdict/run-summary.ts';
import { arms, run, session } from './sample-session.ts';

const agreed = { compared: 800, refused: 231, undetermined: 0, disagreements: 0, notMade: null } as const;
const notMade = { ...agreed, compared: 0, refused: 0, notMade: 'the trace of ebpf is not whole: 3 dropped' };

/** Of an arm with one run for each of them. */
function told(checks: readonly (Omit<CrossCheck, 'tracer'> | null)[]): readonly string[] {
  const runs = checks.map((check, index) =>
    run({ run: `000${index + 1}`, crossCheck: check === null ? null : { tracer: 'ebpf', ...check } }),
  );
  return crossCheckSentences(
    buildReport(session({ arms: [{ ...arms.fixedOld, runs }, arms.fixedOldAlone] })),
  );
}

describe('the cross-check in a sentence', () => {
  it('is none where nothing else watched', () => {
    expect(told([null, null])).toEqual([]);
  });

  it('that every holder is the same', () => {
    expect(told([agreed, agreed])).toEqual([
      'Cross-checked: dtrace and ebpf watched the same 2 runs and saw the same 1,600 binds; at each of the 462 that were refused they name the same holder.',
    ]);
  });

  it('that nothing was refused', () => {
    expect(told([{ ...agreed, refused: 0 }])).toEqual([
      'Cross-checked: dtrace and ebpf watched the same 1 run and saw the same 800 binds, none of them refused.',
    ]);
  });

  it('that not both can tell some holders', () => {
    expect(told([agreed, { ...agreed, undetermined: 2 }])).toEqual([
      'Cross-checked: dtrace and ebpf watched the same 2 runs and saw the same 1,600 binds; at 460 of the 462 that were refused they name the same holder, at 2 not both can tell who it was.',
    ]);
  });

  it('that they disagree', () => {
    expect(told([agreed, { ...agreed, disagreements: 1 }])).toEqual([
      'The cross-check failed: dtrace and ebpf watched the same 2 runs and disagree in 1 place (1,600 binds compared); the runs in which they do are in doubt.',
    ]);
  });

  it('that some runs could not be compared, and why the first of them', () => {
    expect(told([{ ...agreed, refused: 0 }, notMade, { ...notMade, notMade: 'another reason' }])).toEqual([
      'Cross-checked: dtrace and ebpf watched the same 1 run and saw the same 800 binds, none of them refused. 2 of 3 runs could not be compared: the trace of ebpf is not whole: 3 dropped.',
    ]);
  });

  it('that no run could', () => {
    expect(told([notMade])).toEqual([
      'Not cross-checked: ebpf watched the same 1 run, and none could be compared: the trace of ebpf is not whole: 3 dropped.',
    ]);
  });
});
