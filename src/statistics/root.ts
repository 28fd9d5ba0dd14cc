/** One root finder for every interval whose end is where a tail has a given size. */

export interface Step {
  readonly side: 'too low' | 'too high';
  /** Where Newton's method would go; not a number where it knows no answer. */
  readonly next: number;
}

export interface Bracket {
  readonly low: number;
  readonly high: number;
  /** Middle of the bracket unless given. */
  readonly start?: number;
}

/**
 * Newton's method inside a bracket that only ever shrinks; a step that would leave it is replaced by
 * halving, so that it ends whatever the function does.
 * @param tolerance the step, at x, that is small enough to stop
 */
export function solve(
  bracket: Bracket,
  newton: (x: number) => Step,
  tolerance: (x: number) => number,
): number {
  let [left, right] = [bracket.low, bracket.high];
  let x = bracket.start ?? left + (right - left) / 2;
  for (let round = 0; round < 200; round++) {
    const { side, next } = newton(x);
    if (Math.abs(next - x) <= tolerance(x)) return next;
    if (side === 'too low') left = x;
    else right = x;
    const halfway = left + (right - left) / 2;
    if (halfway === left || halfway === right) return x;
    x = next > left && next < right ? next : halfway;
  }
  return x;
}
