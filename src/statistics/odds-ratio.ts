/**
 * How much higher the odds of one arm are: the conditional maximum-likelihood estimate and the exact 95 %
 * interval of Fisher's noncentral hypergeometric distribution, as R's fisher.test defines them (the
 * interval after J. Cornfield, "A statistical problem arising from retrospective studies", Proceedings of
 * the Third Berkeley Symposium 4 (1956)). R stops its search at about four digits; this one goes on until
 * a step moves the odds ratio by less than a part in 10^12.
 */
import type { Counts } from './counts.ts';
import { marginsOf, sideBeyond, type Margins } from './hypergeometric.ts';
import { solve, type Step } from './root.ts';

export interface OddsRatio {
  /** Odds of the first arm over odds of the second. */
  readonly estimate: Odds;
  /** From 0 on. */
  readonly low: number;
  /** Never undefined. */
  readonly high: Odds;
}

export type Odds =
  | { readonly kind: 'finite'; readonly value: number }
  | { readonly kind: 'infinite'; readonly value: null }
  /** A margin is zero, so that the table says nothing about the odds ratio (R prints 0 here). */
  | { readonly kind: 'undefined'; readonly value: null };

/**
 * Relative error below 1e-10 for up to 10,000 trials in an arm. Where a margin is zero: undefined, from 0
 * to infinite.
 */
export function oddsRatio(first: Counts, second: Counts): OddsRatio {
  const highest = lowEnd(second, first);
  return {
    estimate: estimate(first, second),
    low: lowEnd(first, second),
    // P(X <= x) is the upper tail of the other arm's count at the inverse odds ratio.
    high: highest === 0 ? infinite : { kind: 'finite', value: 1 / highest },
  };
}

const tail = 0.025;
const infinite: Odds = { kind: 'infinite', value: null };
/** In ln(odds ratio), which is found: a part in 10^12 of the odds ratio itself. */
const tolerance = (): number => 1e-12;
/** Odds ratios of counts that a double can hold lie between e^-100 and e^100. */
const bracket = { low: -100, high: 100 };

/** The odds ratio at which the expected count is the observed one. */
function estimate(first: Counts, second: Counts): Odds {
  const margins = marginsOf(first, second);
  const count = first.successes;
  if (margins.least === margins.most) return { kind: 'undefined', value: null };
  if (count === margins.least) return { kind: 'finite', value: 0 };
  if (count === margins.most) return infinite;
  const newton = (logOdds: number): Step => {
    const { up, down, all } = sidesOf(count, margins, logOdds);
    if (!Number.isFinite(all)) return { side: up.weight > down.weight ? 'too high' : 'too low', next: NaN };
    const excess = (up.firstMoment - down.firstMoment) / all;
    const variance = (up.secondMoment + down.secondMoment) / all - excess * excess;
    return { side: excess > 0 ? 'too high' : 'too low', next: logOdds - excess / variance };
  };
  const start = sampleLogOdds(first, second).mean;
  return { kind: 'finite', value: Math.exp(solve({ ...bracket, start }, newton, tolerance)) };
}

/** The odds ratio at which the observed count or a higher one is as improbable as the tail allows. */
function lowEnd(first: Counts, second: Counts): number {
  const margins = marginsOf(first, second);
  const count = first.successes;
  if (count === margins.least) return 0;
  const newton = (logOdds: number): Step => {
    const { up, down, all } = sidesOf(count, margins, logOdds);
    if (!Number.isFinite(all)) return { side: up.weight > down.weight ? 'too high' : 'too low', next: NaN };
    const upper = 1 + up.weight;
    const excess = Math.log(upper / all / tail);
    // d ln P(X >= x) / d ln(odds ratio) = E[X | X >= x] - E[X], at least 1 - P(X >= x).
    const slope = up.firstMoment / upper - (up.firstMoment - down.firstMoment) / all;
    return { side: excess > 0 ? 'too high' : 'too low', next: logOdds - excess / slope };
  };
  const { mean, deviation } = sampleLogOdds(first, second);
  return Math.exp(solve({ ...bracket, start: mean - 2 * deviation }, newton, tolerance));
}

function sidesOf(count: number, margins: Margins, logOdds: number) {
  const up = sideBeyond(count, 'up', margins, Math.exp(logOdds));
  const down = sideBeyond(count, 'down', margins, Math.exp(logOdds));
  return { up, down, all: 1 + up.weight + down.weight };
}

/** Only a place to start from: half a count is added so that it is finite (Haldane 1956, Anscombe 1956). */
function sampleLogOdds(first: Counts, second: Counts) {
  const cells = [
    first.successes,
    second.trials - second.successes,
    first.trials - first.successes,
    second.successes,
  ].map((cell) => cell + 0.5) as [number, number, number, number];
  const [a, d, b, c] = cells;
  return {
    mean: Math.log((a / b) * (d / c)),
    deviation: Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0)),
  };
}
