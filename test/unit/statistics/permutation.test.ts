import { describe, expect, it } from 'vitest';
import { randomFromSeed } from '../../../src/experiment/random.ts';
import type { Counts } from '../../../src/statistics/counts.ts';
import { rateRatio } from '../../../src/statistics/permutation.ts';

const runs = (trials: number, ...successes: number[]): Counts[] =>
  successes.map((count) => ({ successes: count, trials }));

const traced = runs(800, 61, 74, 58, 66, 49, 70);
const untraced = runs(800, 12, 9, 14, 8, 11);

/** The statistic as the docstring defines it, run by run. */
function statistic(group: readonly Fraction[], others: readonly Fraction[]): number {
  const [one, other] = [pooled(group), pooled(others)];
  const difference = one.value - other.value;
  return Math.abs(difference) < 1e-12 ? 0 : difference / Math.sqrt(one.variance + other.variance);
}

interface Fraction {
  readonly x: number;
  readonly n: number;
}

function pooled(group: readonly Fraction[]): { value: number; variance: number } {
  const total = group.reduce((sum, { n }) => sum + n, 0);
  const value = group.reduce((sum, { x }) => sum + x, 0) / total;
  const spread = group.reduce((sum, { x, n }) => sum + (x - value * n) ** 2, 0);
  return { value, variance: (spread / total ** 2) * (group.length / (group.length - 1)) };
}

/** The p-values by every rearrangement instead of drawn ones. */
function exactP(first: readonly Counts[], second: readonly Counts[], r: number) {
  const all: Fraction[] = [
    ...first.map(({ successes, trials }) => ({ x: successes / r, n: trials })),
    ...second.map(({ successes, trials }) => ({ x: successes, n: trials })),
  ];
  const seen = statistic(all.slice(0, first.length), all.slice(first.length));
  let [higher, lower, count] = [0, 0, 0];
  for (let choice = 0; choice < 2 ** all.length; choice++) {
    const isIn = (_: Fraction, i: number): boolean => ((choice >> i) & 1) === 1;
    const group = all.filter(isIn);
    if (group.length !== first.length) continue;
    count++;
    const value = statistic(
      group,
      all.filter((run, i) => !isIn(run, i)),
    );
    if (value >= seen - 1e-9) higher++;
    if (value <= seen + 1e-9) lower++;
  }
  return { higher: higher / count, lower: lower / count };
}

describe('rateRatio', () => {
  it('is the ratio of the pooled fractions, inside its interval', () => {
    const result = rateRatio(traced, untraced, randomFromSeed('2016'));
    if (result.kind !== 'ratio') throw new Error(result.kind);
    expect(result.ratio).toBeCloseTo(378 / 4800 / (54 / 4000), 14);
    expect(result.low).toBeGreaterThan(1);
    expect(result.low).toBeLessThan(result.ratio);
    expect(result.high).toBeGreaterThan(result.ratio);
  });

  it('is the same for the same seed', () => {
    const [one, same, other] = ['2016', '2016', '2017'].map((seed) =>
      rateRatio(traced, untraced, randomFromSeed(seed)),
    );
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one).toMatchInlineSnapshot(`
      {
        "high": 7.703799065086104,
        "kind": "ratio",
        "low": 4.5693448796744836,
        "ratio": 5.833333333333333,
      }
    `);
  });

  it('ends where the p-value by every rearrangement passes 2.5 %', () => {
    // 462 of them; 1,999 draws leave a p-value of 0.025 uncertain by 0.0035.
    const result = rateRatio(traced, untraced, randomFromSeed('2016'));
    if (result.kind !== 'ratio' || result.high === null) throw new Error(result.kind);
    expect(Math.abs(exactP(traced, untraced, result.low).higher - 0.025)).toBeLessThan(0.012);
    expect(Math.abs(exactP(traced, untraced, result.high).lower - 0.025)).toBeLessThan(0.012);
  });

  it('weighs runs by their trials, and leaves out those without any', () => {
    const uneven = [...runs(1000, 100, 120), ...runs(10, 1, 0, 3), ...runs(0, 0)];
    const result = rateRatio(uneven, [...untraced, ...runs(0, 0, 0)], randomFromSeed('x'));
    expect(result).toMatchObject({ kind: 'ratio', ratio: 224 / 2030 / (54 / 4000) });
  });

  it('is unbounded where no rearrangement of so few runs could be unlikely', () => {
    for (const [first, second] of [
      [traced.slice(0, 3), untraced.slice(0, 3)],
      [traced.slice(0, 1), untraced],
      [traced, untraced.slice(0, 1)],
    ] as const) {
      expect(rateRatio(first, second, randomFromSeed('x'))).toMatchObject({
        kind: 'ratio',
        low: 0,
        high: null,
      });
    }
  });

  it('is a point where nothing spreads', () => {
    const still = rateRatio(
      runs(800, 60, 60, 60, 60, 60),
      runs(400, 10, 10, 10, 10, 10),
      randomFromSeed('x'),
    );
    expect(still).toMatchObject({ kind: 'ratio', ratio: 3 });
    if (still.kind !== 'ratio') throw new Error(still.kind);
    expect(still.low).toBeCloseTo(3, 3);
    expect(still.high).toBeCloseTo(3, 3);
  });

  it('has no ratio where one arm has no success, but a p-value', () => {
    const none = runs(800, 0, 0, 0, 0, 0);
    const some = runs(800, 3, 1, 0, 2, 1);
    const exact = 2 * exactP(some, none, 1).higher;
    for (const [first, second, kind] of [
      [some, none, 'first-only'],
      [none, some, 'second-only'],
    ] as const) {
      const result = rateRatio(first, second, randomFromSeed('x'));
      if (result.kind !== kind) throw new Error(result.kind);
      expect(Math.abs(result.p - exact)).toBeLessThan(0.02);
    }
  });

  it('never calls anything less likely than its 1,999 rearrangements can tell', () => {
    const [always, never] = [
      runs(800, ...Array<number>(30).fill(70)),
      runs(800, ...Array<number>(30).fill(0)),
    ];
    expect(rateRatio(always, never, randomFromSeed('x'))).toEqual({ kind: 'first-only', p: 2 / 2000 });
  });

  it('says what is missing where there is nothing to compare', () => {
    const none = runs(800, 0, 0);
    expect(rateRatio(none, none, randomFromSeed('x'))).toEqual({ kind: 'neither' });
    expect(rateRatio([], untraced, randomFromSeed('x'))).toEqual({ kind: 'no-trials' });
    expect(rateRatio(traced, runs(0, 0, 0), randomFromSeed('x'))).toEqual({ kind: 'no-trials' });
  });

  it('refuses what is no count', () => {
    expect(() => rateRatio(runs(5, 6), untraced, randomFromSeed('x'))).toThrow(RangeError);
  });
});
