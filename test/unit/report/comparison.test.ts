import { describe, expect, test } from 'vitest';
import { tallyArm } from '../../../src/report/arm-tally.ts';
import { compareArms } from '../../../src/report/comparison.ts';
import { arms, run } from './sample-session.ts';

const runsOf = (held: number, clean: number, unknown = 0) => [
  ...Array.from({ length: held }, () => run({ verdict: 'held' })),
  ...Array.from({ length: clean }, () => run({ verdict: 'clean' })),
  ...Array.from({ length: unknown }, () => run({ verdict: 'unknown' })),
];
const arm = (variant: string, runs: ReturnType<typeof runsOf>) => {
  return tallyArm({ arm: { ...arms.unfixedOld.arm, variant }, runs });
};

describe('every arm against the first', () => {
  const [fixed, same] = compareArms([
    arm('unfixed', runsOf(5, 0)),
    arm('semaphore', runsOf(0, 5)),
    arm('retry', runsOf(5, 0)),
  ]);

  test('5 of 5 and 0 of 5 differ, also as one of two comparisons', () => {
    // 2 / C(10, 5), and twice that by Holm; exact.
    expect(fixed).toMatchObject({
      arm: 'semaphore@go1.9.7:dtrace',
      reference: 'unfixed@go1.9.7:dtrace',
      seen: 'difference',
    });
    expect(fixed?.test?.pTwoSided).toBeCloseTo(2 / 252, 12);
    expect(fixed?.test?.pLess).toBeCloseTo(1 / 252, 12);
    expect(fixed?.test?.pGreater).toBe(1);
    expect(fixed?.test?.pAdjusted).toBeCloseTo(4 / 252, 12);
    expect(fixed?.test?.oddsRatio.estimate).toEqual({ kind: 'finite', value: 0 });
  });

  test('no difference seen says what could have been seen', () => {
    expect(same).toMatchObject({
      seen: 'no-difference',
      test: { pTwoSided: 1, pAdjusted: 1, oddsRatio: { estimate: { kind: 'undefined', value: null } } },
    });
    const { lower, higher } = same?.test?.detectable ?? {};
    expect(higher).toBeNull();
    expect(lower).toBeGreaterThan(0);
    expect(lower).toBeLessThan(0.5);
  });
});

test('what could have been seen is what Holm would have told apart', () => {
  // 0 of 5 against 5 of 5 is p = 2 / 252: of six comparisons 0.048 by Holm, of seven 0.056.
  const among = (comparisons: number) => {
    const others = Array.from({ length: comparisons }, (_, n) => arm(`clean${n}`, runsOf(0, 5)));
    return compareArms([arm('reference', runsOf(0, 5)), ...others]).map(({ test }) => test?.detectable);
  };
  expect(among(6).every((each) => each?.higher != null)).toBe(true);
  expect(among(7)).toEqual(Array.from({ length: 7 }, () => ({ higher: null, lower: null })));
});

test('an infinite odds ratio is null with its kind', () => {
  const [only] = compareArms([arm('semaphore', runsOf(0, 5)), arm('unfixed', runsOf(5, 0))]);
  expect(only?.test?.oddsRatio).toMatchObject({
    estimate: { kind: 'infinite', value: null },
    high: { kind: 'infinite', value: null },
  });
});

test('runs in doubt may be either: what they touch is not tested, and takes no part in Holm', () => {
  const [doubtful, other] = compareArms([
    arm('unfixed', runsOf(5, 0)),
    arm('deadline', runsOf(4, 0, 1)),
    arm('semaphore', runsOf(0, 5)),
  ]);
  expect(doubtful).toMatchObject({ seen: 'not-tested', test: null });
  expect(other?.test?.pAdjusted).toBe(other?.test?.pTwoSided);
});

test('no arms and one arm are no comparison', () => {
  expect(compareArms([])).toEqual([]);
  expect(compareArms([tallyArm(arms.unfixedOld)])).toEqual([]);
});
