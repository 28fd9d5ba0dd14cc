import { describe, expect, it } from 'vitest';
import { boundForZero, clopperPearson } from '../../../src/statistics/proportion.ts';
import { fractionOf, isLowerTailBelowFortieth, isUpperTailBelowFortieth } from './exact-tail.ts';

describe('clopperPearson', () => {
  // The ends are where an exact tail is 1/40: a part in 10^11 to either side has to straddle it.
  const counts = [1, 2, 3, 4, 5, 7, 10, 20, 31, 60].flatMap((trials) =>
    Array.from({ length: trials + 1 }, (_, successes) => [successes, trials] as const),
  );
  it.each([
    ...counts,
    [1, 299] as const,
    [150, 299] as const,
    [17, 400] as const,
    [399, 400] as const,
    [3, 10_000] as const,
    [5000, 10_000] as const,
  ])('is within a part in 10^11 of the exact ends: %i of %i', (successes, trials) => {
    const { low, high } = clopperPearson(successes, trials);
    if (successes > 0) {
      expect(isUpperTailBelowFortieth(successes, trials, fractionOf(low, -10n))).toBe(true);
      expect(isUpperTailBelowFortieth(successes, trials, fractionOf(low, 10n))).toBe(false);
    } else expect(low).toBe(0);
    if (successes < trials) {
      expect(isLowerTailBelowFortieth(successes, trials, fractionOf(high, -10n))).toBe(false);
      expect(isLowerTailBelowFortieth(successes, trials, fractionOf(high, 10n))).toBe(true);
    } else expect(high).toBe(1);
  });

  it.each([1, 2, 5, 40, 299, 10_000, 1_000_000])('has the closed form at both ends: n = %i', (trials) => {
    const power = 0.025 ** (1 / trials);
    expect(clopperPearson(trials, trials)).toEqual({ low: expect.closeTo(power, 14) as number, high: 1 });
    expect(clopperPearson(0, trials)).toEqual({ low: 0, high: expect.closeTo(1 - power, 14) as number });
  });

  it('is what is printed for the counts that repro makes', () => {
    expect([5, 4, 1, 0].map((successes) => clopperPearson(successes, 5))).toMatchInlineSnapshot(`
      [
        {
          "high": 1,
          "low": 0.4781762498950185,
        },
        {
          "high": 0.9949492366205319,
          "low": 0.2835820638819106,
        },
        {
          "high": 0.7164179361180895,
          "low": 0.005050763379468053,
        },
        {
          "high": 0.5218237501049815,
          "low": 0,
        },
      ]
    `);
  });

  it('stays finite and ordered up to a million trials', () => {
    for (const successes of [1, 2, 1000, 499_999, 500_000, 999_000, 999_999]) {
      const { low, high } = clopperPearson(successes, 1_000_000);
      expect(low).toBeGreaterThan(0);
      expect(low).toBeLessThan(successes / 1_000_000);
      expect(high).toBeGreaterThan(successes / 1_000_000);
      expect(high).toBeLessThan(1);
    }
  });

  it.each([
    [-1, 5],
    [6, 5],
    [0, 0],
    [0.5, 5],
    [1, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ])('refuses what is no count: %d of %d', (successes, trials) => {
    expect(() => clopperPearson(successes, trials)).toThrow(RangeError);
  });
});

describe('boundForZero', () => {
  it('solves (1 - bound)^n = 0.05', () => {
    for (const trials of [1, 2, 5, 20, 298, 299, 3000, 1_000_000]) {
      expect(trials * Math.log1p(-boundForZero(trials))).toBeCloseTo(Math.log(0.05), 12);
    }
    expect(boundForZero(5)).toBeCloseTo(0.45072, 5);
    expect(boundForZero(298)).toBeGreaterThan(0.01);
    expect(boundForZero(299)).toBeLessThan(0.01);
  });

  it('refuses no runs at all', () => {
    expect(() => boundForZero(0)).toThrow('trials must be a whole number from 1 on, not 0');
  });
});
