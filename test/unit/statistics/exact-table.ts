/**
 * 2x2 tables by whole numbers only, as an authority that shares nothing with the code under test. A table
 * is weighed by C(successes, x) C(failures, drawn - x).
 */
import type { Counts } from '../../../src/statistics/counts.ts';

export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export interface ExactTable {
  readonly least: number;
  readonly most: number;
  /** Of `least`, `least + 1`, ... successes in the first arm. */
  readonly weights: readonly bigint[];
  readonly total: bigint;
}

export function exactTable(first: Counts, second: Counts): ExactTable {
  const successes = first.successes + second.successes;
  const failures = first.trials + second.trials - successes;
  const least = Math.max(0, first.trials - failures);
  const most = Math.min(first.trials, successes);
  const weights = [choose(successes, least) * choose(failures, first.trials - least)];
  for (let x = least; x < most; x++) {
    const up = BigInt(successes - x) * BigInt(first.trials - x);
    const down = BigInt(x + 1) * BigInt(failures - first.trials + x + 1);
    weights.push((weights.at(-1)! * up) / down);
  }
  return { least, most, weights, total: weights.reduce((sum, weight) => sum + weight, 0n) };
}

export function exactPValues(
  first: Counts,
  second: Counts,
): Record<'twoSided' | 'less' | 'greater', Fraction> {
  const { least, weights, total } = exactTable(first, second);
  const at = first.successes - least;
  const observed = weights[at]!;
  const sum = (isCounted: (weight: bigint, index: number) => boolean): Fraction => ({
    numerator: weights.filter(isCounted).reduce((all, weight) => all + weight, 0n),
    denominator: total,
  });
  return {
    twoSided: sum((weight) => weight * 10_000_000n <= observed * 10_000_001n),
    less: sum((_, index) => index <= at),
    greater: sum((_, index) => index >= at),
  };
}

/** Natural logarithm, to 1e-15 of its own size. */
export function logOf({ numerator, denominator }: Fraction): number {
  const shift = BigInt(denominator.toString(2).length - numerator.toString(2).length + 100);
  return Math.log(Number((numerator << shift) / denominator)) - Number(shift) * Math.LN2;
}

/** The double as it is, times (10^12 + parts) / 10^12. */
export function exactly(value: number, parts: bigint): Fraction {
  let [scaled, denominator] = [value, 10n ** 12n];
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(scaled) * (10n ** 12n + parts), denominator };
}

/**
 * With this odds ratio: the weights of the counts above and below that of the first arm, and of their
 * distances from it, all over the weight of its own count and on a grid of 2^-400.
 */
export function sidesAt(first: Counts, second: Counts, oddsRatio: Fraction) {
  const successes = first.successes + second.successes;
  const failures = first.trials + second.trials - successes;
  const unit = 1n << 400n;
  const { numerator, denominator } = oddsRatio;
  const [above, below] = [
    { weight: 0n, moment: 0n },
    { weight: 0n, moment: 0n },
  ];
  for (let x = first.successes, weight = unit; x < Math.min(successes, first.trials) && weight > 0n; x++) {
    weight *= BigInt(successes - x) * BigInt(first.trials - x) * numerator;
    weight /= BigInt(x + 1) * BigInt(failures - first.trials + x + 1) * denominator;
    above.weight += weight;
    above.moment += weight * BigInt(x + 1 - first.successes);
  }
  const least = Math.max(0, first.trials - failures);
  for (let x = first.successes, weight = unit; x > least && weight > 0n; x--) {
    weight *= BigInt(x) * BigInt(failures - first.trials + x) * denominator;
    weight /= BigInt(successes - x + 1) * BigInt(first.trials - x + 1) * numerator;
    below.weight += weight;
    below.moment += weight * BigInt(first.successes - x + 1);
  }
  return { unit, above, below };
}

function choose(n: number, k: number): bigint {
  let combinations = 1n;
  for (let i = 1; i <= k; i++) combinations = (combinations * BigInt(n - i + 1)) / BigInt(i);
  return combinations;
}
