/** Which releases stand for a range of Go's history. */
import { compareGoReleases, parseGoRelease } from './go-release.ts';
import type { GoRelease } from './go-release.ts';

export interface ReleaseRange {
  /** `go1.4` or `go1.4.3`: the first; without a patch all of its line. */
  readonly from: string;
  /** Likewise the last; null: the newest there is. */
  readonly to: string | null;
  /** `newest`: the last patch of every minor. */
  readonly patches: 'newest' | 'every';
}

/**
 * Oldest first; release candidates, counterfactuals and what is no release are left out.
 * @param known in any order, with or without duplicates
 */
export function selectReleases(known: readonly string[], range: ReleaseRange): string[] {
  const from = parseGoRelease(range.from);
  const to = range.to === null ? null : parseGoRelease(range.to);
  const inRange = parseAll(known).filter(
    ({ release }) =>
      (from === null || compareGoReleases(release, from) >= 0) &&
      (to === null || compareGoReleases(release, to) <= 0 || isOfLine(release, range.to ?? '')),
  );
  const chosen = range.patches === 'every' ? inRange : newestOfEachLine(inRange);
  return chosen.map(({ name }) => name);
}

/** The releases of the minor that `name` belongs to, oldest first. */
export function releasesOfLine(known: readonly string[], name: string): string[] {
  const line = parseGoRelease(name);
  return parseAll(known)
    .filter(({ release }) => release.major === line?.major && release.minor === line.minor)
    .map((each) => each.name);
}

interface Named {
  readonly name: string;
  readonly release: GoRelease;
}

function parseAll(names: readonly string[]): Named[] {
  return [...new Set(names)]
    .flatMap((name) => {
      const release = /^go\d+\.\d+(?:\.\d+)?$/.test(name) ? parseGoRelease(name) : null;
      return release === null ? [] : [{ name, release }];
    })
    .sort((a, b) => compareGoReleases(a.release, b.release));
}

/** `go1.10` as the end of a range means its whole line. */
function isOfLine(release: GoRelease, bound: string): boolean {
  return bound === `go${release.major}.${release.minor}`;
}

function newestOfEachLine(ascending: readonly Named[]): Named[] {
  const newest = new Map<number, Named>();
  for (const each of ascending) newest.set(each.release.major * 10_000 + each.release.minor, each);
  return [...newest.values()];
}
