/** Which releases of Go there are, as the module proxy tells it. */
import { releasesOfLine } from '../../src/experiment/release-range.ts';
import { runGo } from './go-command.ts';
import type { LocalGo } from './go-command.ts';
import { explainDownloadFailure } from './download-failure.ts';
import { listDownloadedReleases, servedReleases, sortReleases } from './known-releases.ts';

export interface ReleaseList {
  /** Oldest first; the local release is one of them. */
  readonly releases: readonly string[];
  /** Why the proxy was of no help, so that of every line without a release here the last that is known is listed; null: it answered. */
  readonly offline: string | null;
}

/**
 * Every toolchain is a version of the module golang.org/toolchain (go.dev/ref/mod#toolchains), so the list of
 * that module's versions is the list of releases that can be had for this system. With -retracted it asks for
 * nothing but that list.
 */
export async function listReleases(local: LocalGo): Promise<ReleaseList> {
  const downloaded = await listDownloadedReleases(local.moduleCache);
  const { exitCode, stdout, stderr } = await runGo(
    [local.command, 'list', '-m', '-versions', '-retracted', 'golang.org/toolchain'],
    { ...local.env, GOTOOLCHAIN: 'local' },
  );
  const here = [...downloaded, local.version];
  if (exitCode === 0)
    return { releases: sortReleases(unique([...releasesIn(stdout), ...here])), offline: null };
  const failure = explainDownloadFailure('the list of releases', stderr, { proxy: local.proxy, downloaded });
  const elsewhere = servedReleases.filter((name) => releasesOfLine(here, name).length === 0);
  return { releases: sortReleases(unique([...elsewhere, ...here])), offline: failure.why };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function releasesIn(versions: string): string[] {
  const system = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  return versions.split(/\s+/).flatMap((version) => {
    const [, release, on] = /^v0\.0\.1-(go[0-9][0-9a-z.]*)\.([a-z0-9]+-[a-z0-9]+)$/.exec(version) ?? [];
    return release === undefined || on !== system ? [] : [release];
  });
}
