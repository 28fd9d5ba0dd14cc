/**
 * The successes that fall to the first of two samples when all margins of their 2x2 table are fixed:
 * the central hypergeometric distribution, and Fisher's noncentral one for an odds ratio other than 1
 * (R. A. Fisher, "The logic of inductive inference", Journal of the Royal Statistical Society 98 (1935)).
 */
import { logProbability } from './binomial.ts';
import { requireCounts, type Counts } from './counts.ts';

export interface Margins {
  /** Of both samples together. */
  readonly successes: number;
  readonly failures: number;
  /** Trials of the first sample. */
  readonly drawn: number;
  /** The fewest and the most successes that the first sample can have. */
  readonly least: number;
  readonly most: number;
  /** The most probable count at odds ratio 1. */
  readonly mode: number;
}

export function marginsOf(first: Counts, second: Counts): Margins {
  requireCounts(first.successes, first.trials, 0);
  requireCounts(second.successes, second.trials, 0);
  const successes = first.successes + second.successes;
  const failures = first.trials + second.trials - successes;
  const drawn = first.trials;
  const least = Math.max(0, drawn - failures);
  const most = Math.min(drawn, successes);
  const mode = Math.floor(((drawn + 1) * (successes + 1)) / (successes + failures + 2));
  return { successes, failures, drawn, least, most, mode: Math.min(Math.max(mode, least), most) };
}

/**
 * ln P(X = count) at odds ratio 1, to about 1e-16 of its own size plus 1e-13: as a quotient of binomial
 * probabilities (C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000), section 5).
 */
export function logPoint(count: number, margins: Margins): number {
  const { successes, failures, drawn, least, most } = margins;
  if (least === most) return 0;
  const p = drawn / (successes + failures);
  return (
    logProbability(count, successes, p) +
    logProbability(drawn - count, failures, p) -
    logProbability(drawn, successes + failures, p)
  );
}

/** Sums over the counts beyond `count` on one side, each weighed by its probability over that of `count`. */
export interface Side {
  /** Sum of the weights; infinite where it is beyond a double. */
  readonly weight: number;
  /** Sum of weight times distance. */
  readonly firstMoment: number;
  /** Sum of weight times distance squared. */
  readonly secondMoment: number;
}

const beyondDouble: Side = { weight: Infinity, firstMoment: Infinity, secondMoment: Infinity };

/** Summed outward for as long as it moves a double. */
export function sideBeyond(
  count: number,
  direction: 'up' | 'down',
  margins: Margins,
  oddsRatio: number,
): Side {
  const { least, most } = margins;
  const step = direction === 'up' ? ratioUp : ratioDown;
  const steps = direction === 'up' ? most - count : count - least;
  const odds = direction === 'up' ? oddsRatio : 1 / oddsRatio;
  let [term, weight, firstMoment, secondMoment] = [1, 0, 0, 0];
  for (let distance = 1; distance <= steps; distance++) {
    const factor = step(count, distance, margins) * odds;
    term *= factor;
    weight += term;
    firstMoment += term * distance;
    secondMoment += term * distance * distance;
    if (factor < 1 && rest(term, distance, factor) <= Number.EPSILON * 0.25 * secondMoment) break;
    if (!Number.isFinite(secondMoment)) return beyondDouble;
  }
  return { weight, firstMoment, secondMoment };
}

/**
 * No less than what is left of the second moment: the ratios fall with the distance, so that the weights
 * to come lie below a geometric series, whose steps have the second moment (1 + f) / (1 - f)^2.
 */
function rest(term: number, distance: number, factor: number): number {
  const reach = distance + 2 / (1 - factor);
  return ((term * factor) / (1 - factor)) * reach * reach;
}

/** P(count + distance) / P(count + distance - 1). */
function ratioUp(count: number, distance: number, { successes, failures, drawn }: Margins): number {
  const at = count + distance;
  return ((successes - at + 1) * (drawn - at + 1)) / (at * (failures - drawn + at));
}

/** P(count - distance) / P(count - distance + 1). */
function ratioDown(count: number, distance: number, { successes, failures, drawn }: Margins): number {
  const at = count - distance;
  return ((at + 1) * (failures - drawn + at + 1)) / ((successes - at) * (drawn - at));
}
