/** What is told of samples: their middle, and the ends between which all of them lie. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Null: there are no samples. */
export function spreadOf(samples: readonly number[]): Spread | null {
  const sorted = [...samples].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return null;
  return { median: median(sorted), least, most };
}

/** Of an even number of samples the mean of the two in the middle. */
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/**
 * A machine that others use too slows down and speeds up by the minute: what belongs to one round is compared, and
 * then the rounds. Rounds that lack either are left out.
 * @param of by round
 * @param to by round
 */
export function ratios(of: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): number[] {
  return paired(of, to, (value, base) => value / base);
}

export function differences(of: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): number[] {
  return paired(of, to, (value, base) => value - base);
}

function paired(
  of: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
  compare: (value: number, base: number) => number,
): number[] {
  return [...of].flatMap(([round, value]) => {
    const base = to.get(round);
    return base === undefined ? [] : [compare(value, base)];
  });
}
