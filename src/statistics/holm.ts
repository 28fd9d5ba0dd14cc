/**
 * Several comparisons at once, without more false alarms than one: S. Holm, "A simple sequentially
 * rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
 */

/**
 * Adjusted p-values in the order given: with m of them, the k-th smallest is multiplied by m - k + 1, never
 * falls below the one before it, and is at most 1. All comparisons whose adjusted p-value is at most 0.05
 * may be called different together, with a chance of 5 % at most that any of them is a false alarm.
 * @throws RangeError where a p-value is none
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`a p-value must lie from 0 to 1, not ${wrong}`);
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}
