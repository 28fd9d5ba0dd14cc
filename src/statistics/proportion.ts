/**
 * How sure a count of runs makes us. Exact two-sided intervals after C. J. Clopper and E. S. Pearson,
 * "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934);
 * for a count of zero the one-sided exact bound, which is the one that answers "how often at most?".
 */
import { lowerTail, upperTail, type Tail } from './binomial.ts';
import { requireCounts } from './counts.ts';
import { solve, type Step } from './root.ts';

/** A share of runs, both ends from 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const twoSidedTail = 0.025;
const oneSidedTail = 0.05;

/**
 * The 95 % Clopper-Pearson interval of `successes` in `trials`, each end to a relative error below 1e-10.
 * @param trials 1 to 10^6 (tried), whole
 * @throws RangeError where the counts are no counts
 */
export function clopperPearson(successes: number, trials: number): Interval {
  requireCounts(successes, trials);
  return { low: lowEnd(successes, trials), high: highEnd(successes, trials) };
}

/**
 * The upper bound of the share after no success in `trials`, at 95 % unless another tail is given:
 * 1 - tail^(1 / trials). 5 runs give 0.451, 299 are the fewest that give less than 0.01.
 */
export function boundForZero(trials: number, tail = oneSidedTail): number {
  requireCounts(0, trials);
  return -Math.expm1(Math.log(tail) / trials);
}

/**
 * The p at which `successes` or more are as improbable as the tail allows. Both tails are at least one half
 * at k / n, hence the brackets.
 */
function lowEnd(successes: number, trials: number): number {
  if (successes === 0) return 0;
  if (successes === trials) return Math.exp(Math.log(twoSidedTail) / trials);
  const newton = (p: number): Step => {
    const tail = upperTail(successes, trials, p);
    // d ln P(X >= k) / d ln p = k / sum: the step is made in ln p, since p may be tiny.
    const next = p * Math.exp((-excess(tail) * tail.sum) / successes);
    return { side: excess(tail) > 0 ? 'too high' : 'too low', next };
  };
  return solve({ low: 0, high: successes / trials }, newton, lastDigits);
}

/** The p at which `successes` or fewer are as improbable as the tail allows. */
function highEnd(successes: number, trials: number): number {
  const failures = trials - successes;
  if (failures === 0) return 1;
  if (successes === 0) return -Math.expm1(Math.log(twoSidedTail) / trials);
  const newton = (p: number): Step => {
    const tail = lowerTail(successes, trials, p);
    // d ln P(X <= k) / d p = -(n - k) / (sum (1 - p)).
    const next = p + (excess(tail) * tail.sum * (1 - p)) / failures;
    return { side: excess(tail) > 0 ? 'too low' : 'too high', next };
  };
  return solve({ low: successes / trials, high: 1 }, newton, lastDigits);
}

function excess(tail: Tail): number {
  return tail.logPoint + Math.log(tail.sum) - Math.log(twoSidedTail);
}

function lastDigits(p: number): number {
  return 2 * Number.EPSILON * p;
}
