/**
 * Binomial probabilities and tails without overflow, accurate to about 1e-13 relative for a million
 * trials: the point probability by the saddle-point form of C. Loader, "Fast and Accurate Computation of
 * Binomial Probabilities" (2000), the tail as a sum of positive terms that starts at its largest one.
 */

/** One side of a binomial distribution, cut at `successes`, which belongs to it. */
export interface Tail {
  /** ln P(X = successes). */
  readonly logPoint: number;
  /** P(tail) / P(X = successes): at least 1. */
  readonly sum: number;
}

/** P(X >= successes). Meant for `successes >= trials * p`, where its terms fall from the first one on. */
export function upperTail(successes: number, trials: number, p: number): Tail {
  const odds = p / (1 - p);
  const sum = sumOfRatios(
    trials - successes,
    (step) => ((trials - successes - step + 1) / (successes + step)) * odds,
  );
  return { logPoint: logProbability(successes, trials, p), sum };
}

/** P(X <= successes). Meant for `successes <= trials * p`, where its terms fall from the first one on. */
export function lowerTail(successes: number, trials: number, p: number): Tail {
  const odds = (1 - p) / p;
  const sum = sumOfRatios(successes, (step) => ((successes - step + 1) / (trials - successes + step)) * odds);
  return { logPoint: logProbability(successes, trials, p), sum };
}

/** 1 + r(1) + r(1) r(2) + ..., as far as it moves a double. The ratios fall, so the rest is at most geometric. */
function sumOfRatios(steps: number, ratio: (step: number) => number): number {
  let term = 1;
  let sum = 1;
  for (let step = 1; step <= steps; step++) {
    const factor = ratio(step);
    term *= factor;
    sum += term;
    if (factor < 1 && (term * factor) / (1 - factor) < Number.EPSILON * sum * 0.25) break;
  }
  return sum;
}

/** ln P(X = successes) for 0 < p < 1. */
export function logProbability(successes: number, trials: number, p: number): number {
  const failures = trials - successes;
  if (successes === 0) return trials * Math.log1p(-p);
  if (failures === 0) return trials * Math.log(p);
  return (
    stirlingError(trials) -
    stirlingError(successes) -
    stirlingError(failures) -
    deviance(successes, trials * p) -
    deviance(failures, trials * (1 - p)) +
    0.5 * Math.log(trials / (2 * Math.PI * successes * failures))
  );
}

/** What Stirling's formula leaves over: ln n! - (n ln n - n + ln(2 pi n) / 2), n >= 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0;
    for (let factor = 2; factor <= n; factor++) logFactorial += Math.log(factor);
    return logFactorial - (n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n));
  }
  // Stirling's series (Abramowitz and Stegun 6.1.41); the first term left out is below 1e-17 here.
  const square = 1 / (n * n);
  const coefficients = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
  return coefficients.reduce((sum, coefficient) => sum * square + coefficient, 0) / n;
}

/** x ln(x / mean) + mean - x without the cancellation near x = mean (Loader, section 3). */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const v = difference / (x + mean);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}
