/** From the name of a toolchain to what builds with it. */
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { goToolchainMutex } from '../run/locks.ts';
import { explainDownloadFailure } from './download-failure.ts';
import { listDownloadedReleases } from './known-releases.ts';
import { findLocalGo, runGo } from './go-command.ts';
import type { GoEnvironment, LocalGo } from './go-command.ts';
import { makeLegacyCloseOverlay } from './overlay.ts';
import { parseToolchainName, splitToolchainName } from './toolchain-name.ts';

export interface Toolchain {
  /** `go1.9.7`, which is its runtime.Version(), or `go1.26.8+legacy-close`. */
  readonly name: string;
  /** Part of every cache key: two toolchains that may build differently differ in it. */
  readonly identity: string;
  readonly goCommand: string;
  readonly env: GoEnvironment;
  /** Null: it builds as it was released. */
  readonly changed: ChangedToolchain | null;
}

/** How a counterfactual toolchain differs from the release that it is made of. */
export interface ChangedToolchain {
  readonly base: Toolchain;
  readonly flags: readonly string[];
}

export interface ToolchainOptions {
  readonly host: { readonly cacheDirectory: string };
  /** Told before a download, which may take a minute. */
  readonly onProgress?: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * In the order of the names, each toolchain once (`local` may be one of the others).
 * @param names `local`, `1.9.7` or `go1.9.7`, each also with `+legacy-close`
 * @throws HarnessError: usage for what is no name of a release, environment for what can not be had
 */
export async function resolveToolchains(
  names: readonly string[],
  options: ToolchainOptions,
): Promise<readonly Toolchain[]> {
  const wanted = names.map(parseToolchainName).map(splitToolchainName);
  const local = await findLocalGo(options.host, options.environment);
  const toolchains = new Map<string, Toolchain>();
  const bring = async (release: string): Promise<Toolchain> =>
    toolchains.get(release) ??
    (release === local.version ? localToolchain(local) : bringRelease(release, local, options));
  for (const { release, counterfactual } of wanted) {
    const base = release === 'local' ? local.version : release;
    const name = counterfactual === null ? base : `${base}+${counterfactual}`;
    if (toolchains.has(name)) continue;
    const toolchain = await bring(base);
    toolchains.set(name, counterfactual === null ? toolchain : await withLegacyClose(toolchain, options));
  }
  return [...toolchains.values()];
}

export function localToolchain(local: LocalGo): Toolchain {
  return {
    name: local.version,
    identity: local.identity,
    goCommand: local.command,
    env: { ...local.env, GOTOOLCHAIN: 'local' },
    changed: null,
  };
}

async function withLegacyClose(base: Toolchain, options: ToolchainOptions): Promise<Toolchain> {
  const name = `${base.name}+legacy-close`;
  const { exitCode, stdout, stderr } = await runGo([base.goCommand, 'env', 'GOROOT'], base.env);
  const goRoot = stdout.trim();
  if (exitCode !== 0 || goRoot === '') {
    throw new HarnessError({
      what: `can not make ${name}`,
      why: `${base.name} does not tell where its sources are (go env GOROOT): ${stderr.trim() || 'it says nothing'}`,
      remedy: 'use another release with +legacy-close',
      exitCode: exitCodes.environment,
    });
  }
  const overlay = await makeLegacyCloseOverlay({ name: base.name, goRoot }, options.host.cacheDirectory);
  return {
    name,
    identity: `${base.identity} legacy-close ${overlay.digest}`,
    // Go 1.27 replaces no file beneath the module cache, which is where a downloaded release lies. So it is called
    // as a local one, with another module cache: the fixtures need no modules. It has to go with the release's own
    // go command, since the switch to it would look for it in the module cache.
    goCommand: join(goRoot, 'bin', 'go'),
    env: {
      ...base.env,
      GOTOOLCHAIN: 'local',
      GOMODCACHE: join(options.host.cacheDirectory, 'go', 'no-modules'),
    },
    changed: { base, flags: [`-overlay=${overlay.file}`] },
  };
}

/** It may not be there yet. */
export function releaseToolchain(name: string, local: LocalGo): Toolchain {
  const env = { ...local.env, GOTOOLCHAIN: name };
  return { name, identity: name, goCommand: local.command, env, changed: null };
}

async function bringRelease(name: string, local: LocalGo, options: ToolchainOptions): Promise<Toolchain> {
  const toolchain = releaseToolchain(name, local);
  return goToolchainMutex(name).runExclusive(async () => {
    // With the network switched off first: what is here already needs none, and is not announced.
    const here = await askVersion(toolchain, { GOPROXY: 'off' });
    if (here.version === name) return toolchain;
    if (local.proxy !== 'off') options.onProgress?.(`downloading ${name} (100-200 MB, once)`);
    const brought = await askVersion(toolchain, {});
    if (brought.version === name) return toolchain;
    if (brought.version === null) {
      const downloaded = await listDownloadedReleases(local.moduleCache);
      throw explainDownloadFailure(name, brought.output, { proxy: local.proxy, downloaded });
    }
    throw new HarnessError({
      what: `asked for ${name}, the go command became ${brought.version}`,
      why: `${local.command} did not switch to the release in GOTOOLCHAIN; a program named ${name} in PATH may be in the way`,
      remedy: `remove that program from PATH, or use --go local`,
      exitCode: exitCodes.environment,
    });
  });
}

async function askVersion(
  toolchain: Toolchain,
  more: Readonly<Record<string, string>>,
): Promise<{ readonly version: string | null; readonly output: string }> {
  const end = await runGo([toolchain.goCommand, 'version'], { ...toolchain.env, ...more });
  const version = end.exitCode === 0 ? (/^go version (.*) \S+$/.exec(end.stdout.trim())?.[1] ?? '') : null;
  return { version, output: end.stderr };
}
