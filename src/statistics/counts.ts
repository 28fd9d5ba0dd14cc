/** How many of how many: the runs of an arm that were held, the binds of a run that failed. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/** @throws RangeError unless both are whole numbers, trials from `fewest` on, successes from 0 to trials */
export function requireCounts(successes: number, trials: number, fewest: 0 | 1 = 1): void {
  if (!Number.isSafeInteger(trials) || trials < fewest)
    throw new RangeError(`trials must be a whole number from ${fewest} on, not ${trials}`);
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`successes must be a whole number from 0 to ${trials}, not ${successes}`);
}
