/**
 * Fisher's exact test of a 2x2 table: do two arms differ in how often their runs are held, given how many
 * were held in all? R. A. Fisher, "Statistical Methods for Research Workers", 5th edition (1934), section
 * 21.02. The two-sided p-value follows the rule of R's fisher.test: it sums every table with these margins
 * that is at most as probable as the observed one, where "at most" allows for a part in 10^7.
 *
 * Relative error below 1e-10 for up to 10,000 trials in an arm; finite and ordered up to 10^6 (tried).
 */
import type { Counts } from './counts.ts';
import { logPoint, marginsOf, sideBeyond, type Margins } from './hypergeometric.ts';

export interface FisherTest {
  readonly twoSided: PValue;
  /** Against "the first arm has lower odds than the second". */
  readonly less: PValue;
  /** Against "the first arm has higher odds than the second". */
  readonly greater: PValue;
}

export interface PValue {
  /** 0 where it is below 5e-324, the smallest double. */
  readonly p: number;
  /** Its natural logarithm, always finite. */
  readonly logP: number;
}

/** Where a margin is zero (an arm without trials, no success at all, nothing else) every p-value is 1. */
export function fisherTest(first: Counts, second: Counts): FisherTest {
  const margins = marginsOf(first, second);
  return {
    twoSided: pValue(twoSided(first.successes, margins)),
    less: pValue(logAtMost(first.successes, margins)),
    greater: pValue(logAtLeast(first.successes, margins)),
  };
}

/** The two-sided p-value alone: for callers that need very many. */
export function twoSidedP(first: Counts, second: Counts): number {
  return Math.exp(twoSided(first.successes, marginsOf(first, second)));
}

const allowance = 1e-7;

function pValue(logP: number): PValue {
  return { p: Math.exp(logP), logP };
}

function twoSided(count: number, margins: Margins): number {
  const limit = logPoint(count, margins) + Math.log1p(allowance);
  const isCounted = (at: number): boolean => logPoint(at, margins) <= limit;
  const { least, mode, most } = margins;
  if (isCounted(mode)) return 0;
  // The probabilities rise up to the mode and fall from there, so that what is counted is two tails.
  const left = lastWhere(isCounted, least, mode);
  const right = -lastWhere((at) => isCounted(-at), -most, -mode);
  return logSum(
    left < least ? -Infinity : logTailFrom(left, 'down', margins),
    right > most ? -Infinity : logTailFrom(right, 'up', margins),
  );
}

/** ln P(X >= count) */
function logAtLeast(count: number, margins: Margins): number {
  if (count <= margins.least) return 0;
  if (count > margins.mode) return logTailFrom(count, 'up', margins);
  return Math.log1p(-Math.exp(logTailFrom(count - 1, 'down', margins)));
}

/** ln P(X <= count) */
function logAtMost(count: number, margins: Margins): number {
  if (count >= margins.most) return 0;
  if (count < margins.mode) return logTailFrom(count, 'down', margins);
  return Math.log1p(-Math.exp(logTailFrom(count + 1, 'up', margins)));
}

/** Meant for tails that start beyond the mode, where their terms fall from the first one on. */
function logTailFrom(count: number, direction: 'up' | 'down', margins: Margins): number {
  return logPoint(count, margins) + Math.log1p(sideBeyond(count, direction, margins, 1).weight);
}

/** The last whole number from `first` on, and before `end`, where it holds; it holds up to there. */
function lastWhere(holds: (at: number) => boolean, first: number, end: number): number {
  let [below, above] = [first - 1, end];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (holds(middle)) below = middle;
    else above = middle;
  }
  return below;
}

/** ln(e^a + e^b), at most 0: rounding must not make a probability above 1. */
function logSum(a: number, b: number): number {
  const [larger, smaller] = a > b ? [a, b] : [b, a];
  return Math.min(0, larger + Math.log1p(Math.exp(smaller - larger)));
}
