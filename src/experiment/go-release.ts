/** Names of Go toolchains, as runtime.Version() gives them: `go1.9.7`, `go1.27rc1`, `go1.26.8+legacy-close`. */

export interface GoRelease {
  readonly major: number;
  readonly minor: number;
  /** 0 where the name has none: `go1.9` is the first release of its line. */
  readonly patch: number;
  /** What was changed in this toolchain, e.g. `legacy-close`; null: it is as released. */
  readonly counterfactual: string | null;
}

/** Null: not the name of a release (a development version without a number, gccgo). */
export function parseGoRelease(name: string): GoRelease | null {
  const [, major, minor, patch] = /^go(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?![\d.])/.exec(name) ?? [];
  if (major === undefined || minor === undefined) return null;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch ?? 0),
    counterfactual: /\+([a-z][a-z0-9-]*)$/.exec(name)?.[1] ?? null,
  };
}

/** Below 0: `a` is older. Release candidates have what their release has, so they count as it. */
export function compareGoReleases(
  a: Pick<GoRelease, 'major' | 'minor' | 'patch'>,
  b: Pick<GoRelease, 'major' | 'minor' | 'patch'>,
): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}
