import { describe, expect, it } from 'vitest';
import { fisherTest, twoSidedP } from '../../../src/statistics/fisher.ts';
import type { Counts } from '../../../src/statistics/counts.ts';
import { exactPValues, logOf } from './exact-table.ts';

const counts = (successes: number, trials: number): Counts => ({ successes, trials });

/** Every p-value is within a part in 10^10 of the exact one, also where a double can not hold it. */
function expectExact(first: Counts, second: Counts): void {
  const [test, exact] = [fisherTest(first, second), exactPValues(first, second)];
  for (const side of ['twoSided', 'less', 'greater'] as const) {
    const off = Math.abs(test[side].logP - logOf(exact[side]));
    expect(off, `${side} of ${JSON.stringify([first, second])}`).toBeLessThan(1e-10);
    expect(test[side].p).toBe(Math.exp(test[side].logP));
  }
}

describe('fisherTest', () => {
  it('agrees with whole numbers for every table of up to 9 and 7 runs', () => {
    for (let n = 1; n <= 9; n++) {
      for (const m of [1, 2, 5, 7]) {
        for (let a = 0; a <= n; a++) for (let b = 0; b <= m; b++) expectExact(counts(a, n), counts(b, m));
      }
    }
  });

  it.each([
    [counts(0, 29), counts(5, 29)],
    [counts(3, 299), counts(17, 299)],
    [counts(140, 299), counts(160, 299)],
    [counts(1, 1000), counts(0, 29)],
    [counts(499, 1000), counts(501, 1000)],
    [counts(0, 10_000), counts(5, 10_000)],
    [counts(12, 10_000), counts(31, 9000)],
    [counts(5000, 10_000), counts(4900, 10_000)],
    [counts(9990, 10_000), counts(7000, 10_000)],
    [counts(10_000, 10_000), counts(0, 10_000)],
  ])('agrees with whole numbers to a part in 10^10: %o and %o', (first, second) => {
    expectExact(first, second);
  });

  it("gives Fisher's own answer for the lady who tasted tea: 17 of 70, 34 of 70", () => {
    const { greater, twoSided } = fisherTest(counts(3, 4), counts(1, 4));
    expect(greater.p).toBeCloseTo(17 / 70, 14);
    expect(twoSided.p).toBeCloseTo(34 / 70, 14);
  });

  // As R's fisher.test prints them: TeaTasting and Convictions are the examples of its help page.
  it.each([
    ['greater', 'TeaTasting', counts(3, 4), counts(1, 4), '0.2429'],
    ['less', 'Convictions', counts(2, 17), counts(10, 13), '0.0004652'],
    ['twoSided', 'Convictions', counts(2, 17), counts(10, 13), '0.0005367'],
  ] as const)('prints what R prints: %s, %s', (side, _name, first, second, printed) => {
    expect(String(Number(fisherTest(first, second)[side].p.toPrecision(4)))).toBe(printed);
  });

  it('counts a table as probable as the observed one, whatever rounding makes of the tie', () => {
    // Mirror images are exactly as probable: with equal arms the two-sided p-value is twice the one-sided.
    for (let runs = 2; runs <= 400; runs += 7) {
      const [first, second] = [counts(Math.floor(runs / 3), runs), counts(runs - Math.floor(runs / 3), runs)];
      const { twoSided, less } = fisherTest(first, second);
      expect(twoSided.p / less.p).toBeCloseTo(2, 10);
    }
  });

  it('knows the smallest p-value that five runs, and one run, can give', () => {
    expect(twoSidedP(counts(5, 5), counts(0, 5))).toBeCloseTo(2 / 252, 14);
    expect(twoSidedP(counts(1, 1), counts(0, 1))).toBe(1);
  });

  it.each([
    [counts(0, 5), counts(0, 7)],
    [counts(5, 5), counts(7, 7)],
    [counts(0, 0), counts(3, 7)],
    [counts(3, 7), counts(0, 0)],
    [counts(0, 0), counts(0, 0)],
  ])('is 1 on every side where a margin is zero: %o and %o', (first, second) => {
    const one = { p: 1, logP: 0 };
    expect(fisherTest(first, second)).toEqual({ twoSided: one, less: one, greater: one });
  });

  it.each([
    [counts(0, 1_000_000), counts(0, 1_000_000)],
    [counts(1, 1_000_000), counts(0, 1_000_000)],
    [counts(500_000, 1_000_000), counts(499_000, 1_000_000)],
    [counts(500_000, 1_000_000), counts(500_000, 1_000_000)],
    [counts(1_000_000, 1_000_000), counts(0, 1_000_000)],
    [counts(999_999, 1_000_000), counts(7, 10)],
  ])('stays finite and ordered up to a million runs: %o and %o', (first, second) => {
    const { twoSided, less, greater } = fisherTest(first, second);
    for (const { p, logP } of [twoSided, less, greater]) {
      expect(Number.isFinite(logP) && logP <= 0).toBe(true);
      expect(p >= 0 && p <= 1).toBe(true);
    }
    expect(twoSided.logP).toBeGreaterThanOrEqual(Math.min(less.logP, greater.logP));
  });

  it.each([
    [counts(6, 5), counts(0, 5)],
    [counts(0, 5), counts(-1, 5)],
    [counts(0.5, 5), counts(0, 5)],
    [counts(0, Number.NaN), counts(0, 5)],
  ])('refuses what is no count: %o and %o', (first, second) => {
    expect(() => fisherTest(first, second)).toThrow(RangeError);
  });
});
