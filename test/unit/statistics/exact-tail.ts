/**
 * Binomial tails by whole numbers only, as an authority that shares nothing with the code under test:
 * a double is a fraction, and so is a tail of it.
 */

/** numerator / 2^shift */
export interface Fraction {
  readonly numerator: bigint;
  readonly shift: bigint;
}

const shift = 64n;

/** The double, moved by `millionMillionths` parts in 10^12, on a grid of 64 bits. */
export function fractionOf(value: number, millionMillionths = 0n): Fraction {
  let [scaled, exponent] = [value, 0n];
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent++;
  }
  const exact = (BigInt(scaled) << shift) >> exponent;
  return { numerator: (exact * (10n ** 12n + millionMillionths)) / 10n ** 12n, shift };
}

/** Is P(X >= successes) below 1/40? */
export function isUpperTailBelowFortieth(successes: number, trials: number, p: Fraction): boolean {
  const others = { numerator: (1n << p.shift) - p.numerator, shift: p.shift };
  return isLowerTailBelowFortieth(trials - successes, trials, others);
}

/** Is P(X <= successes) below 1/40? With a + b = 2^shift: sum of C(n, i) a^i b^(n-i), by Horner in b. */
export function isLowerTailBelowFortieth(successes: number, trials: number, p: Fraction): boolean {
  const a = p.numerator;
  const b = (1n << p.shift) - a;
  let term = 1n;
  let sum = 1n;
  for (let i = 1; i <= successes; i++) {
    term = (term * a * BigInt(trials - i + 1)) / BigInt(i);
    sum = sum * b + term;
  }
  return sum * b ** BigInt(trials - successes) * 40n < 1n << (p.shift * BigInt(trials));
}
