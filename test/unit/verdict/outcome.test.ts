import { describe, expect, it } from 'vitest';
import { decideOutcome, exitCodeOf, type ArmResult } from '../../../src/verdict/outcome.ts';

const arm = (verdict: ArmResult['verdict'], expected: ArmResult['expected']): ArmResult => ({
  verdict,
  expected,
});

describe('the outcome of a session', () => {
  it.each([
    { arms: [arm('held', 'held'), arm('clean', 'clean')], outcome: 'as-expected' },
    { arms: [arm('held', 'held'), arm('held', 'clean')], outcome: 'unexpected' },
    { arms: [arm('unknown', 'held'), arm('held', 'clean')], outcome: 'unexpected' },
    { arms: [arm('held', 'held'), arm('unknown', 'clean')], outcome: 'inconclusive' },
    { arms: [arm('clean', 'held'), arm('clean', 'clean')], outcome: 'inconclusive' },
    { arms: [arm('unknown', 'held'), arm('clean', 'clean')], outcome: 'inconclusive' },
    { arms: [arm('unknown', null)], outcome: 'inconclusive' },
    { arms: [arm('held', null), arm('held', 'held')], outcome: 'as-expected' },
    { arms: [], outcome: 'inconclusive' },
  ] as const)('is $outcome for $arms', ({ arms, outcome }) => {
    expect(decideOutcome(arms)).toBe(outcome);
  });
});

describe('exit codes', () => {
  it('are those of the table', () => {
    expect(
      (['as-expected', 'unexpected', 'failed', 'inconclusive', 'interrupted'] as const).map((outcome) =>
        exitCodeOf(outcome),
      ),
    ).toEqual([0, 1, 3, 4, 130]);
    expect(exitCodeOf('interrupted', 15)).toBe(143);
  });
});
