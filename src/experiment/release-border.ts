/**
 * Where along an ordered list of releases the verdict changes, by binary search. It rests on one assumption,
 * that it changes once; both sides of the border that it names have been run.
 */
import type { Verdict } from '../verdict/verdict.ts';

export type BorderStep =
  /** This release has to be run next. */
  | { readonly kind: 'run'; readonly release: string }
  /** `last` came out one way and `first`, the next in the list, the other. */
  | { readonly kind: 'border'; readonly last: string; readonly first: string }
  /** Both ends came out alike: no border in this list, or an even number of them. */
  | { readonly kind: 'none'; readonly verdict: Verdict }
  /** This release told nothing, so the search can not go on. */
  | { readonly kind: 'undecided'; readonly release: string };

/**
 * What to do next; pure, so that a search can be told and tested step by step.
 * @param releases oldest first, at least one
 * @param seen what came out of those that were run
 */
export function nextBorderStep(releases: readonly string[], seen: ReadonlyMap<string, Verdict>): BorderStep {
  let low = 0;
  let high = releases.length - 1;
  const ends = [at(releases, low), at(releases, high)];
  for (const release of ends) if (!seen.has(release)) return { kind: 'run', release };
  const undecided = releases.find((release) => seen.get(release) === 'unknown');
  if (undecided !== undefined) return { kind: 'undecided', release: undecided };
  const before = seen.get(at(releases, low));
  const after = seen.get(at(releases, high));
  if (before === after) return { kind: 'none', verdict: before ?? 'unknown' };
  while (high - low > 1) {
    const middle = at(releases, (low + high) >> 1);
    const verdict = seen.get(middle);
    if (verdict === undefined) return { kind: 'run', release: middle };
    if (verdict === before) low = (low + high) >> 1;
    else high = (low + high) >> 1;
  }
  return { kind: 'border', last: at(releases, low), first: at(releases, high) };
}

function at(releases: readonly string[], index: number): string {
  const release = releases[index];
  if (release === undefined) throw new RangeError('a search needs a release to begin with');
  return release;
}
