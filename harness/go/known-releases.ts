/** Which Go releases are to be had: for the next best choice when one is not. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareGoReleases, parseGoRelease } from '../../src/experiment/go-release.ts';

/** The last patch of their lines, each downloaded and built with when the race was measured. */
export const servedReleases: readonly string[] = [
  'go1.4.3',
  'go1.5.4',
  'go1.6.4',
  'go1.7.6',
  'go1.8.7',
  'go1.9.7',
  'go1.10.8',
  'go1.11.13',
  'go1.12.17',
  'go1.13.15',
  'go1.14.15',
  'go1.15.15',
  'go1.16.15',
  'go1.17.13',
  'go1.18.10',
  'go1.19.13',
  'go1.20.14',
  'go1.21.13',
  'go1.22.12',
  'go1.23.12',
  'go1.24.13',
  'go1.25.14',
  'go1.26.11',
  'go1.27.4',
];

/**
 * In the same line the nearest patch, else the newest patch of the nearest line, the older one of two lines;
 * null: there is none.
 */
export function nearestRelease(name: string, releases: readonly string[]): string | null {
  const wanted = parseGoRelease(name);
  if (wanted === null) return null;
  const ranked = releases
    .flatMap((release) => {
      const parsed = parseGoRelease(release);
      return parsed === null || release === name ? [] : [{ release, ...parsed }];
    })
    .sort(
      (a, b) =>
        Math.abs(a.minor - wanted.minor) - Math.abs(b.minor - wanted.minor) ||
        a.minor - b.minor ||
        (a.minor === wanted.minor
          ? Math.abs(a.patch - wanted.patch) - Math.abs(b.patch - wanted.patch)
          : b.patch - a.patch),
    );
  return ranked[0]?.release ?? null;
}

/** Those in the module cache, which need no network. */
export async function listDownloadedReleases(moduleCache: string): Promise<readonly string[]> {
  const names = await readdir(join(moduleCache, 'golang.org')).catch(() => []);
  return names.flatMap((name) => {
    const [, release] = /^toolchain@v0\.0\.1-(go[0-9a-z.]+)\.[a-z0-9]+-[a-z0-9]+$/.exec(name) ?? [];
    return release === undefined ? [] : [release];
  });
}

/** Oldest first. */
export function sortReleases(names: readonly string[]): string[] {
  const parsed = names.flatMap((name) => {
    const release = parseGoRelease(name);
    return release === null ? [] : [{ name, release }];
  });
  return parsed
    .sort((a, b) => compareGoReleases(a.release, b.release) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
