import { describe, expect, it } from 'vitest';
import { randomFromSeed } from '../../../src/experiment/random.ts';
import type { Counts } from '../../../src/statistics/counts.ts';
import { rearrange, studentized, sumsOf } from '../../../src/statistics/run-split.ts';

const arm = (...runs: readonly (readonly [number, number])[]): Counts[] =>
  runs.map(([successes, trials]) => ({ successes, trials }));
const first = arm([5, 10], [1, 20], [7, 10]);
const second = arm([1, 10], [0, 10]);
const observed = { group: sumsOf(first, 'first'), others: sumsOf(second, 'second') };

describe('studentized', () => {
  it('is the difference over its standard error, by hand', () => {
    // Fractions 13/40 and 1/20; residuals 1.75, -5.5, 3.75 and 0.5, -0.5.
    const variance = ((1.75 ** 2 + 5.5 ** 2 + 3.75 ** 2) / 1600) * 1.5 + ((0.25 + 0.25) / 400) * 2;
    expect(studentized(observed, 1)).toBeCloseTo((13 / 40 - 1 / 20) / Math.sqrt(variance), 12);
  });

  it('divides only what came from the first arm', () => {
    const fifth = { group: sumsOf(arm([1, 10], [0.2, 20], [1.4, 10]), 'second'), others: observed.others };
    expect(studentized(observed, 5)).toBeCloseTo(studentized(fifth, 1), 12);
  });

  it('is infinite where nothing spreads, and zero where nothing differs either', () => {
    const still = (successes: number) => sumsOf(arm([successes, 9], [successes, 9]), 'first');
    expect(studentized({ group: still(3), others: still(2) }, 1)).toBe(Infinity);
    expect(studentized({ group: still(2), others: still(3) }, 1)).toBe(-Infinity);
    expect(studentized({ group: still(3), others: still(3) }, 1)).toBe(0);
  });
});

describe('rearrange', () => {
  it('chooses every group of runs about equally often, and loses none', () => {
    const random = randomFromSeed('rearrange');
    const seen = new Map<string, number>();
    for (let draw = 0; draw < 4000; draw++) {
      const { group, others } = rearrange(first, second, observed, random);
      expect([group.runs, others.runs]).toEqual([3, 2]);
      expect(group.xx[0] + others.xx[0]).toBe(75);
      expect(group.n + others.n).toBe(60);
      const key = JSON.stringify(group);
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    // 10 groups of 3 of 5 runs, 400 each on average, with a standard deviation of 19.
    expect(seen.size).toBe(10);
    for (const count of seen.values()) expect(Math.abs(count - 400)).toBeLessThan(100);
  });
});
