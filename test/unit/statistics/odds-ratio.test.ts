import { describe, expect, it } from 'vitest';
import { oddsRatio, type Odds } from '../../../src/statistics/odds-ratio.ts';
import type { Counts } from '../../../src/statistics/counts.ts';
import { exactly, sidesAt } from './exact-table.ts';

const counts = (successes: number, trials: number): Counts => ({ successes, trials });
const infinite: Odds = { kind: 'infinite', value: null };
const nowhere: Odds = { kind: 'undefined', value: null };

/** Is P(X >= x), or P(X <= x), below 1/40 at the odds ratio, moved by so many parts in 10^12? */
function isBelowFortieth(
  side: 'above' | 'below',
  first: Counts,
  second: Counts,
  odds: number,
  parts: bigint,
) {
  const sides = sidesAt(first, second, exactly(odds, parts));
  const { unit, above, below } = sides;
  return (unit + sides[side].weight) * 40n < unit + above.weight + below.weight;
}

/** Is the expected count above the observed one there? */
function isExpectedAbove(first: Counts, second: Counts, odds: number, parts: bigint): boolean {
  const { above, below } = sidesAt(first, second, exactly(odds, parts));
  return above.moment > below.moment;
}

const finite = (odds: Odds): number => odds.value ?? Number.NaN;

describe('oddsRatio', () => {
  const small = [1, 2, 4, 7].flatMap((n) =>
    [1, 3, 6].flatMap((m) =>
      Array.from({ length: n + 1 }, (_, a) =>
        Array.from({ length: m + 1 }, (__, b) => [counts(a, n), counts(b, m)] as const),
      ).flat(),
    ),
  );
  const large = [
    [counts(0, 29), counts(5, 29)],
    [counts(3, 299), counts(17, 299)],
    [counts(140, 299), counts(160, 299)],
    [counts(1, 10_000), counts(1, 10_000)],
    [counts(0, 10_000), counts(12, 9000)],
    [counts(9999, 10_000), counts(2, 10_000)],
    [counts(5000, 10_000), counts(4900, 10_000)],
  ] as const;

  it('has ends and an estimate that whole numbers confirm within a part in 10^10', () => {
    // At each of them an exact tail crosses 1/40, or the expected count the observed one.
    const off = 100n;
    for (const [first, second] of [...small, ...large]) {
      const { estimate, low, high } = oddsRatio(first, second);
      if (low > 0) {
        expect(isBelowFortieth('above', first, second, low, -off)).toBe(true);
        expect(isBelowFortieth('above', first, second, low, off)).toBe(false);
      }
      if (high.kind === 'finite') {
        expect(isBelowFortieth('below', first, second, high.value, -off)).toBe(false);
        expect(isBelowFortieth('below', first, second, high.value, off)).toBe(true);
      }
      if (estimate.kind === 'finite' && estimate.value > 0) {
        expect(isExpectedAbove(first, second, estimate.value, -off)).toBe(false);
        expect(isExpectedAbove(first, second, estimate.value, off)).toBe(true);
      }
    }
  });

  it('has closed forms where one run decides', () => {
    // 1 of 1 against 0 of 1: P(X = 1) = w / (1 + w), which is 1/40 at w = 1/39.
    const { estimate, low, high } = oddsRatio(counts(1, 1), counts(0, 1));
    expect(low).toBeCloseTo(1 / 39, 14);
    expect([estimate, high]).toEqual([infinite, infinite]);
    // 0 of 1 against 1 of n, so that P(X = 0) = n / (n + w).
    expect(finite(oddsRatio(counts(0, 1), counts(1, 500)).high)).toBeCloseTo(39 * 500, 6);
  });

  it('is zero or infinite at the ends of what the margins allow', () => {
    expect(oddsRatio(counts(0, 5), counts(3, 5))).toMatchObject({
      estimate: { kind: 'finite', value: 0 },
      low: 0,
      high: { kind: 'finite' },
    });
    expect(oddsRatio(counts(3, 5), counts(0, 5))).toMatchObject({ estimate: infinite, high: infinite });
    expect(oddsRatio(counts(3, 5), counts(0, 5)).low).toBeGreaterThan(0);
  });

  it.each([
    [counts(0, 5), counts(0, 7)],
    [counts(5, 5), counts(7, 7)],
    [counts(0, 0), counts(3, 7)],
    [counts(3, 7), counts(0, 0)],
  ])('is undefined where a margin is zero: %o and %o', (first, second) => {
    expect(oddsRatio(first, second)).toEqual({ estimate: nowhere, low: 0, high: infinite });
  });

  // As R's fisher.test prints them (TeaTasting and Convictions are the examples of its help page). R stops
  // where its root, or the inverse of one above 1, is known to .Machine$double.eps^0.25, about 1.2e-4.
  it.each([
    ['TeaTasting', counts(3, 4), counts(1, 4), 6.408309, null, 621.9337505],
    ['Convictions', counts(2, 17), counts(10, 13), 0.04693661, 0.003325764, 0.363182271],
  ])('agrees with R as far as R goes: %s', (_name, first, second, estimate, low, high) => {
    const asRSolves = (odds: number): number => (odds > 1 ? 1 / odds : odds);
    const result = oddsRatio(first, second);
    expect(Math.abs(asRSolves(finite(result.estimate)) - asRSolves(estimate))).toBeLessThan(1.3e-4);
    expect(Math.abs(asRSolves(finite(result.high)) - asRSolves(high))).toBeLessThan(1.3e-4);
    if (low !== null) expect(Math.abs(result.low - low)).toBeLessThan(1.3e-4);
  });

  it('stays finite and ordered up to a million runs', () => {
    for (const [first, second] of [
      [counts(500_000, 1_000_000), counts(499_000, 1_000_000)],
      [counts(999_999, 1_000_000), counts(1, 1_000_000)],
      [counts(1, 1_000_000), counts(999_999, 1_000_000)],
      [counts(1, 1_000_000), counts(1, 10)],
    ] as const) {
      const { estimate, low, high } = oddsRatio(first, second);
      expect(0 < low && low < finite(estimate) && finite(estimate) < finite(high)).toBe(true);
    }
    expect(oddsRatio(counts(1_000_000, 1_000_000), counts(0, 1_000_000)).low).toBeGreaterThan(1e11);
  });
});
