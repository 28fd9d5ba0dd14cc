/**
 * The runs of two arms, split in two groups of the arms' sizes: as sums of whole numbers, from which the
 * studentized difference follows for any factor r that the first arm's successes are divided by. So a
 * rearrangement is added up once, however many factors are tried, and equal groups give equal numbers.
 */
import type { Counts } from './counts.ts';

export interface Split {
  readonly group: Sums;
  readonly others: Sums;
}

/** Over the runs of a group; x are successes, n trials; index 0 is what came from the first arm, 1 the rest. */
export interface Sums {
  readonly runs: number;
  readonly n: number;
  readonly nn: number;
  readonly x: readonly [number, number];
  readonly xx: readonly [number, number];
  readonly xn: readonly [number, number];
}

export function sumsOf(runs: readonly Counts[], arm: 'first' | 'second'): Sums {
  let [n, nn, x, xx, xn] = [0, 0, 0, 0, 0];
  for (const { successes, trials } of runs) {
    n += trials;
    nn += trials * trials;
    x += successes;
    xx += successes * successes;
    xn += successes * trials;
  }
  const ofArm = (value: number): [number, number] => (arm === 'first' ? [value, 0] : [0, value]);
  return { runs: runs.length, n, nn, x: ofArm(x), xx: ofArm(xx), xn: ofArm(xn) };
}

/** Every choice of as many runs as the first arm has is equally likely. */
export function rearrange(
  first: readonly Counts[],
  second: readonly Counts[],
  observed: Split,
  draws: { below(bound: number): number },
): Split {
  const size = Math.min(first.length, second.length);
  const chosen = chooseIndices(first.length + second.length, size, draws);
  const [fromFirst, fromSecond]: [Counts[], Counts[]] = [[], []];
  for (const index of chosen) {
    const run = first[index];
    if (run !== undefined) fromFirst.push(run);
    else fromSecond.push(second[index - first.length] as Counts);
  }
  const drawn = combine(sumsOf(fromFirst, 'first'), sumsOf(fromSecond, 'second'), 1);
  const rest = combine(combine(observed.group, observed.others, 1), drawn, -1);
  return size === first.length ? { group: drawn, others: rest } : { group: rest, others: drawn };
}

/** Difference of the pooled fractions over its standard error; infinite where nothing spreads. */
export function studentized({ group, others }: Split, r: number): number {
  const [one, other] = [fraction(group, r), fraction(others, r)];
  const difference = one.value - other.value;
  if (Math.abs(difference) <= rounding * (one.value + other.value)) return 0;
  const variance = one.variance + other.variance;
  return variance === 0 ? Math.sign(difference) * Infinity : difference / Math.sqrt(variance);
}

const rounding = 1e-12;

/** The ratio estimator of a pooled fraction, its variance from the spread of the runs about it. */
function fraction({ runs, n, nn, x, xx, xn }: Sums, r: number): { value: number; variance: number } {
  const value = (x[0] / r + x[1]) / n;
  if (runs < 2) return { value, variance: Infinity };
  const squares = xx[0] / (r * r) + xx[1];
  const spread = squares - 2 * value * (xn[0] / r + xn[1]) + value * value * nn;
  // What is left of squares that cancel is rounding, not spread.
  const kept = spread > rounding * squares ? spread : 0;
  return { value, variance: ((kept / n / n) * runs) / (runs - 1) };
}

function combine(a: Sums, b: Sums, sign: 1 | -1): Sums {
  const pair = (one: readonly [number, number], other: readonly [number, number]): [number, number] => [
    one[0] + sign * other[0],
    one[1] + sign * other[1],
  ];
  return {
    runs: a.runs + sign * b.runs,
    n: a.n + sign * b.n,
    nn: a.nn + sign * b.nn,
    x: pair(a.x, b.x),
    xx: pair(a.xx, b.xx),
    xn: pair(a.xn, b.xn),
  };
}

/** The first steps of a Fisher-Yates shuffle, on the few places that it touches. */
function chooseIndices(count: number, size: number, draws: { below(bound: number): number }): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: size }, (_, place) => {
    const other = place + draws.below(count - place);
    const chosen = moved.get(other) ?? other;
    moved.set(other, moved.get(place) ?? place);
    return chosen;
  });
}
