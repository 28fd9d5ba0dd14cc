/**
 * What clean runs can claim: `<10% at 95%` says that a race which makes one run in ten held, or more, would
 * have shown itself with a probability of 95 %. n runs miss a race of rate r with (1 - r)^n, so that the
 * claim is the one-sided exact bound for a count of zero, turned round.
 */
import { requireCounts } from './counts.ts';
import { boundForZero } from './proportion.ts';

export interface Claim {
  /** A share of runs, above 0 and below 1. */
  readonly below: number;
  /** Above 0 and below 1. */
  readonly confidence: number;
}

/** Below it no number of runs is practical. */
export const lowestRate = 1e-9;

/**
 * How many clean runs it takes: 29 for `<10% at 95%`, 299 for `<1% at 95%`. The same number of runs sees a
 * race of that rate with that confidence.
 * @throws RangeError where a share is not above 0 and below 1, or the rate is below 10^-9
 */
export function runsNeeded({ below, confidence }: Claim): number {
  requireShare(confidence);
  requireShare(below);
  if (below < lowestRate) throw new RangeError(`no number of runs is practical for a rate of ${below}`);
  const runs = Math.log(1 - confidence) / Math.log1p(-below);
  // Where 1 - 0.95 or the rate is no double, a whole number of runs must not become one more.
  return Math.max(1, Math.ceil(runs * (1 - slack)));
}

/** What `runs` clean runs support, rounded outward to three digits: 29 runs `<9.82 %`, 1 run `<95 %`. */
export function supportedClaim(runs: number, confidence = 0.95): Claim {
  requireCounts(0, runs);
  requireShare(confidence);
  return { below: roundUp(boundForZero(runs, 1 - confidence)), confidence };
}

/** A text of a user, read: either the claim or what is wrong with it. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'mistake'; readonly why: string; readonly remedy: string };

/** Reads `<10% at 95%`, also with spaces, and without `at ...`, which then is 95 %. */
export function readClaim(text: string): Reading<Claim> {
  const match = /^\s*<\s*(\d+(?:\.\d+)?)\s*%(?:\s*at\s*(\d+(?:\.\d+)?)\s*%)?\s*$/.exec(text);
  const remedy = 'write a claim as "<10% at 95%"';
  if (match === null) return { kind: 'mistake', why: 'it is not a claim', remedy };
  const [below, confidence] = [match[1], match[2] ?? '95'].map((percent) => Number(`${percent}e-2`)) as [
    number,
    number,
  ];
  const why =
    whyNoRate(below) ?? (isShare(confidence) ? null : 'a confidence lies above 0 % and below 100 %');
  return why === null ? { kind: 'read', value: { below, confidence } } : { kind: 'mistake', why, remedy };
}

/** Reads the rate of a race, `1%`, as a share of runs. */
export function readRate(text: string): Reading<number> {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);
  const rate = match === null ? NaN : Number(`${match[1] ?? ''}e-2`);
  const why = match === null ? 'it is not a rate per run' : whyNoRate(rate);
  return why === null
    ? { kind: 'read', value: rate }
    : { kind: 'mistake', why, remedy: 'write a rate as "1%"' };
}

const slack = 1e-12;

function whyNoRate(rate: number): string | null {
  if (!isShare(rate)) return 'a rate lies above 0 % and below 100 %';
  return rate < lowestRate ? 'no number of runs is practical for a rate below 0.0000001 %' : null;
}

function isShare(value: number): boolean {
  return value > 0 && value < 1;
}

function requireShare(value: number): void {
  if (!isShare(value)) throw new RangeError(`a share must lie above 0 and below 1, not ${value}`);
}

/** To three significant digits; what lies on a step stays there. */
function roundUp(value: number): number {
  const [digits = '', exponent = ''] = value.toExponential(2).split('e');
  const nearest = Number(`${digits}e${exponent}`);
  if (nearest >= value * (1 - slack)) return nearest;
  return Number(`${(Number(digits) + 0.01).toFixed(2)}e${exponent}`);
}
