import { describe, expect, it } from 'vitest';
import { logProbability } from '../../../src/statistics/binomial.ts';
import type { Counts } from '../../../src/statistics/counts.ts';
import { twoSidedP } from '../../../src/statistics/fisher.ts';
import { detectableDifference } from '../../../src/statistics/power.ts';
import { exactPValues } from './exact-table.ts';

const counts = (successes: number, trials: number): Counts => ({ successes, trials });

function point(count: number, trials: number, share: number): number {
  if (share === 0 || share === 1) return count === trials * share ? 1 : 0;
  return Math.exp(logProbability(count, trials, share));
}

/** Is the second arm told from the first, and on this side of it? By whole numbers. */
function isTold(first: Counts, second: Counts, side: 'higher' | 'lower'): boolean {
  const difference = second.successes * first.trials - first.successes * second.trials;
  const { twoSided } = exactPValues(first, second);
  return (
    (side === 'higher' ? difference > 0 : difference < 0) && twoSided.numerator * 20n <= twoSided.denominator
  );
}

/** The power by the sum over every table, as a function of the other arm's true share. */
function powerOverAllTables(observed: Counts, trials: number, side: 'higher' | 'lower') {
  const [first, second] = [observed.trials, trials];
  const told = Array.from({ length: first + 1 }, (_, a) =>
    Array.from({ length: second + 1 }, (__, b) => isTold(counts(a, first), counts(b, second), side)),
  );
  return (share: number): number => {
    let power = 0;
    for (let a = 0; a <= first; a++) {
      const weight = point(a, first, observed.successes / first);
      for (let b = 0; b <= second; b++) if (told[a]![b]!) power += weight * point(b, second, share);
    }
    return power;
  };
}

describe('detectableDifference', () => {
  it.each([
    [counts(0, 5), 5],
    [counts(2, 5), 12],
    [counts(0, 20), 20],
    [counts(3, 20), 20],
    [counts(13, 20), 9],
    [counts(8, 29), 29],
    [counts(20, 20), 20],
  ])('is where the sum over every table reaches 80 %%: %o and %i runs', (observed, trials) => {
    const { baseline, higher, lower } = detectableDifference(observed, trials);
    expect(baseline).toBe(observed.successes / observed.trials);
    for (const [side, share, nearer, farthest] of [
      ['higher', higher, -1e-8, 1],
      ['lower', lower, 1e-8, 0],
    ] as const) {
      const power = powerOverAllTables(observed, trials, side);
      if (share === null) expect(power(farthest)).toBeLessThan(0.8);
      else {
        expect(power(share)).toBeGreaterThan(0.8 - 1e-9);
        expect(power(share + nearer)).toBeLessThan(0.8);
      }
    }
  });

  it('has a closed form against an arm that was never held', () => {
    // 0 of 20 is told from 5 of 20 on (p = 0.047), not from 4 (p = 0.106).
    expect(twoSidedP(counts(0, 20), counts(5, 20))).toBeLessThan(0.05);
    expect(twoSidedP(counts(0, 20), counts(4, 20))).toBeGreaterThan(0.05);
    const share = detectableDifference(counts(0, 20), 20).higher!;
    const missed = [0, 1, 2, 3, 4].reduce((sum, count) => sum + point(count, 20, share), 0);
    expect(missed).toBeCloseTo(0.2, 7);
  });

  it('asks for more among several comparisons: of six, 0 of 20 is told from 7 of 20 on', () => {
    // p = 0.0083 and 0.020 against a level of 0.05 / 6 = 0.00833.
    expect(twoSidedP(counts(0, 20), counts(7, 20))).toBeLessThan(0.05 / 6);
    expect(twoSidedP(counts(0, 20), counts(6, 20))).toBeGreaterThan(0.05 / 6);
    const share = detectableDifference(counts(0, 20), 20, 6).higher!;
    const missed = [0, 1, 2, 3, 4, 5, 6].reduce((sum, count) => sum + point(count, 20, share), 0);
    expect(missed).toBeCloseTo(0.2, 7);
  });

  it('says that three runs see nothing, not even never against always', () => {
    expect(detectableDifference(counts(0, 3), 3)).toEqual({ baseline: 0, higher: null, lower: null });
    expect(detectableDifference(counts(3, 3), 3)).toEqual({ baseline: 1, higher: null, lower: null });
  });

  it('stays near 80 % where thresholds are laid on straight lines', () => {
    // About 700 likely counts, so that every second threshold is one of those between.
    const [observed, trials] = [counts(5000, 10_000), 3000];
    const share = detectableDifference(observed, trials).higher!;
    let [power, threshold] = [0, Math.floor(0.3 * 4600)];
    for (let a = 4600; a <= 5400; a++) {
      while (twoSidedP(counts(a, 10_000), counts(threshold, trials)) > 0.05 || threshold < 0.3 * a)
        threshold++;
      let tail = 0;
      for (let b = threshold; b < threshold + 400; b++) tail += point(b, trials, share);
      power += point(a, 10_000, 0.5) * tail;
    }
    expect(power).toBeGreaterThan(0.8);
    expect(power).toBeLessThan(0.803);
  });

  it('takes a million runs an arm, and very uneven arms', () => {
    const { higher, lower } = detectableDifference(counts(500_000, 1_000_000), 1_000_000);
    // Two standard errors of a difference, sqrt(0.5 / 10^6) = 0.000707, times 1.96 + 0.84.
    expect(higher! - 0.5).toBeCloseTo(0.00198, 5);
    expect(0.5 - lower!).toBeCloseTo(0.00198, 5);
    expect(detectableDifference(counts(5, 10), 1_000_000).higher).toBeCloseTo(0.85, 2);
    expect(detectableDifference(counts(500_000, 1_000_000), 10).higher).toBeCloseTo(0.917, 3);
  });

  it('refuses what is no count', () => {
    expect(() => detectableDifference(counts(0, 0), 5)).toThrow(RangeError);
    expect(() => detectableDifference(counts(0, 5), 0)).toThrow(RangeError);
  });
});
