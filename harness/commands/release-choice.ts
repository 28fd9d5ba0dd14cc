/** Which releases a command is about: chosen from those that there are, each tried before anything is run. */
import { selectReleases } from '../../src/experiment/release-range.ts';
import type { ReleaseRange } from '../../src/experiment/release-range.ts';
import { buildPrograms, variantArms } from './wanted-arms.ts';
import type { VariantNames, WantedArm } from './wanted-arms.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { BuildOptions } from '../go/build.ts';
import { findLocalGo } from '../go/go-command.ts';
import { refuseLegacyClose } from '../go/overlay.ts';
import { listReleases } from '../go/release-list.ts';
import type { Progress } from '../output/progress.ts';

export interface ReleaseChoice {
  /** Oldest first. */
  readonly releases: readonly string[];
  /** All that there are in any line, for a closer look at one. */
  readonly known: readonly string[];
  /** Why only what is on this machine can be used; null: the module proxy answered. */
  readonly offline: string | null;
}

export interface MissingRelease {
  readonly release: string;
  readonly why: string;
}

/** @throws HarnessError (usage) where no release lies in the range */
export async function chooseReleases(
  range: ReleaseRange,
  { host, progress }: { readonly host: { readonly cacheDirectory: string }; readonly progress: Progress },
): Promise<ReleaseChoice> {
  progress.show('asking the module proxy which releases there are');
  const { releases: known, offline } = await listReleases(await findLocalGo(host));
  progress.clear();
  if (offline !== null) progress.say(`only releases that are on this machine can be used: ${brief(offline)}`);
  const releases = selectReleases(known, range);
  if (releases.length > 0) return { releases, known, offline };
  const all = selectReleases(known, { from: firstOfAll, to: null, patches: 'every' });
  throw new HarnessError({
    what: `there is no release from ${range.from} to ${range.to ?? 'the newest'}`,
    why: all.length === 0 ? 'none is known' : `those that can be had go from ${all[0]} to ${all.at(-1)}`,
    remedy: 'choose another range with --from and --to',
    exitCode: exitCodes.usage,
  });
}

const firstOfAll = 'go1.0';

/** `newest`: the last of the list that can be changed. */
export function withLegacyClose(releases: readonly string[], which: 'none' | 'newest' | 'all'): string[] {
  const able = releases.filter((release) => refuseLegacyClose(release) === null);
  const changed = which === 'none' ? [] : which === 'newest' ? able.slice(-1) : able;
  return releases.flatMap((release) =>
    changed.includes(release) ? [release, `${release}+legacy-close`] : [release],
  );
}

/**
 * The arms of every release that can be had and built with; a release that can not is stepped over and named.
 * What was built is kept, so building it again for the session takes no time.
 */
export async function bringReleases(
  names: VariantNames,
  options: BuildOptions & { readonly host: { readonly packageRoot: string } },
): Promise<{ readonly wanted: readonly WantedArm[]; readonly missing: readonly MissingRelease[] }> {
  const wanted: WantedArm[] = [];
  const missing: MissingRelease[] = [];
  for (const release of names.releases) {
    const arms = await variantArms({ ...names, releases: [release] }, options.host);
    const refusal = await tryBuild(arms, options);
    if (refusal === null) wanted.push(...arms);
    else {
      options.onProgress?.(`${release} is stepped over: ${refusal}`);
      missing.push({ release, why: refusal });
    }
  }
  return { wanted, missing };
}

/** Null: it was built. An interruption is no refusal. */
async function tryBuild(arms: readonly WantedArm[], options: BuildOptions): Promise<string | null> {
  try {
    await buildPrograms(arms, options);
    return null;
  } catch (error) {
    if (error instanceof HarnessError && error.exitCode === exitCodes.environment) return brief(error.why);
    throw error;
  }
}

/** The reason alone: what the go command said stands in full in the error of a single release (`repro --go`). */
function brief(why: string): string {
  return why.split(/; the go command said:|\n/)[0] ?? why;
}
