import { describe, expect, it } from 'vitest';
import { logProbability, lowerTail, upperTail } from '../../../src/statistics/binomial.ts';

/** Exact: C(n, k) / 2^n as a ratio of whole numbers, to 17 digits. */
function exactAtOneHalf(successes: number, trials: number): number {
  let combinations = 1n;
  for (let i = 1; i <= successes; i++) combinations = (combinations * BigInt(trials - i + 1)) / BigInt(i);
  return Number((combinations * 10n ** 40n) >> BigInt(trials)) / 1e40;
}

describe('logProbability', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 7],
    [8, 15],
    [8, 16],
    [20, 40],
    [30, 64],
    [64, 100],
  ])('agrees with whole numbers at one half: %i of %i', (successes, trials) => {
    const ratio = Math.exp(logProbability(successes, trials, 0.5)) / exactAtOneHalf(successes, trials);
    expect(Math.abs(ratio - 1)).toBeLessThan(1e-13);
  });

  it('sums to one where a product of factorials would have overflowed', () => {
    let sum = 0;
    for (let successes = 0; successes <= 10_000; successes++) {
      sum += Math.exp(logProbability(successes, 10_000, 0.3));
    }
    expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
  });
});

describe('the tails', () => {
  it('cover everything and share the point they are cut at', () => {
    for (const [successes, trials, p] of [
      [3, 5, 0.4],
      [0, 9, 0.2],
      [9, 9, 0.2],
      [400, 1000, 0.4],
    ] as const) {
      const point = Math.exp(logProbability(successes, trials, p));
      const [upper, lower] = [upperTail(successes, trials, p), lowerTail(successes, trials, p)];
      expect(point * (upper.sum + lower.sum - 1)).toBeCloseTo(1, 12);
    }
  });
});
