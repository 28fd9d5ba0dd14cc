/**
 * "No difference seen" says little without what could have been seen: the nearest true rate of the other
 * arm that Fisher's two-sided test at 5 % (all comparisons together) would have told from this one with a probability of 80 %, given
 * the rate seen in this arm as if it were the true one.
 *
 * By enumeration: for each count a of this arm, the smallest count b of the other that the test calls
 * higher, then the sum of P(a) P(B >= b). Counts a with a probability below 10^-12 are left out. Two
 * approximations, both tried against the sum over all tables: the test's verdict is taken as monotone in b
 * (with up to 45 runs an arm, 2 of 48,600 thresholds have a gap behind them); and where more than 500
 * counts a are left (from about 5,000 runs on), the thresholds of about 500 are computed and the others
 * laid on straight lines between them, which moved the answer by at most 0.3 % of the difference.
 */
import { logProbability } from './binomial.ts';
import { requireCounts, type Counts } from './counts.ts';
import { twoSidedP } from './fisher.ts';

export interface DetectableDifference {
  /** The share of held runs in the arm that was observed. */
  readonly baseline: number;
  /** The lowest higher share that would have been seen; null: none, not even 1. Rounded away by 10^-9. */
  readonly higher: number | null;
  /** The highest lower share that would have been seen; null: none, not even 0. */
  readonly lower: number | null;
}

/**
 * @param trials of the other arm; both arms from 1 to 10^6 (tried: 0.3 s)
 * @param comparisons that are told together: by Holm's procedure a p-value of 5 % over their number is told
 * apart whatever the others are, a higher one perhaps
 */
export function detectableDifference(
  observed: Counts,
  trials: number,
  comparisons = 1,
): DetectableDifference {
  requireCounts(observed.successes, observed.trials);
  requireCounts(0, trials);
  const mirrored = { successes: observed.trials - observed.successes, trials: observed.trials };
  const level = familyLevel / comparisons;
  const lower = lowestHigher(mirrored, trials, level);
  return {
    baseline: observed.successes / observed.trials,
    higher: lowestHigher(observed, trials, level),
    lower: lower === null ? null : 1 - lower,
  };
}

const familyLevel = 0.05;
const wantedPower = 0.8;
const negligible = 1e-12;
const mostThresholds = 500;
const precision = 1e-9;

function lowestHigher(observed: Counts, trials: number, level: number): number | null {
  const baseline = observed.successes / observed.trials;
  const counts = likelyCounts(observed.trials, baseline);
  const needed = thresholds(counts, observed.trials, trials, level);
  const power = (share: number): number => {
    const atLeast = upperTails(trials, share);
    return counts.reduce((sum, { probability }, i) => sum + probability * atLeast(needed[i] as number), 0);
  };
  if (power(1) < wantedPower) return null;
  // With the thresholds fixed, the power rises with the share.
  let [low, high] = [baseline, 1];
  while (high - low > precision) {
    const middle = (low + high) / 2;
    if (power(middle) < wantedPower) low = middle;
    else high = middle;
  }
  return high;
}

interface LikelyCount {
  readonly count: number;
  readonly probability: number;
}

/** Ascending and without gaps. */
function likelyCounts(trials: number, share: number): LikelyCount[] {
  const mode = Math.min(trials, Math.floor((trials + 1) * share));
  const at = (count: number): LikelyCount => ({ count, probability: pointProbability(count, trials, share) });
  const [down, up]: [LikelyCount[], LikelyCount[]] = [[], []];
  for (let count = mode; count >= 0; count--) {
    const likely = at(count);
    if (likely.probability < negligible) break;
    down.push(likely);
  }
  for (let count = mode + 1; count <= trials; count++) {
    const likely = at(count);
    if (likely.probability < negligible) break;
    up.push(likely);
  }
  return [...down.reverse(), ...up];
}

/** For each count, the smallest of the other arm that is called higher; its trials plus one: none is. */
function thresholds(
  counts: readonly LikelyCount[],
  trials: number,
  otherTrials: number,
  level: number,
): number[] {
  const stride = Math.ceil(counts.length / mostThresholds);
  const slope = otherTrials / trials;
  const computed: number[] = [];
  let guess = 0;
  const last = counts.length - 1;
  for (let i = 0; i < last + stride; i += stride) {
    const { count } = counts[Math.min(i, last)] as LikelyCount;
    const even = Math.floor(count * slope);
    const isHigher = (other: number): boolean =>
      other > even &&
      twoSidedP({ successes: count, trials }, { successes: other, trials: otherTrials }) <=
        level * (1 + precision);
    const found = firstWhere(isHigher, even, otherTrials + 1, Math.max(even + 1, guess));
    computed.push(found);
    guess = found + Math.round(stride * slope);
  }
  return counts.map((_, i) => {
    const before = Math.floor(i / stride);
    const start = before * stride;
    const [from, to = from] = computed.slice(before, before + 2) as [number, number?];
    return Math.ceil(from + ((to - from) * (i - start)) / (Math.min(start + stride, last) - start || 1));
  });
}

/** The first whole number above `below` where it holds, sought in growing steps from a guess; else `above`. */
function firstWhere(holds: (at: number) => boolean, below: number, above: number, guess: number): number {
  let [no, yes] = [below, above];
  for (let step = 1, at = Math.min(guess, above - 1); at > no && at < yes; step *= 2) {
    if (holds(at)) {
      yes = at;
      at -= step;
    } else {
      no = at;
      at += step;
    }
  }
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** P(X >= count), from a table of the counts around the mean; beyond it, less than 1e-15 is left. */
function upperTails(trials: number, share: number): (count: number) => number {
  const [mean, deviation] = [trials * share, Math.sqrt(trials * share * (1 - share))];
  const first = Math.max(0, Math.floor(mean - 9 * deviation - 40));
  const last = Math.min(trials, Math.ceil(mean + 9 * deviation + 40));
  const tails = new Float64Array(last - first + 1);
  let sum = 0;
  for (let count = last; count >= first; count--) {
    sum += pointProbability(count, trials, share);
    tails[count - first] = sum;
  }
  return (count) => (count < first ? 1 : count > last ? 0 : (tails[count - first] as number));
}

function pointProbability(count: number, trials: number, share: number): number {
  if (share === 0 || share === 1) return count === trials * share ? 1 : 0;
  return Math.exp(logProbability(count, trials, share));
}
