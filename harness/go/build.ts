/** From a variant and a toolchain to a binary that says itself which Go made it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { compareGoReleases, parseGoRelease } from '../../src/experiment/go-release.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import { goToolchainMutex } from '../run/locks.ts';
import { runGroup } from '../run/process-group.ts';
import { cacheKey, openBinaryCache } from './binary-cache.ts';
import type { BinaryCache, CachedBinary } from './binary-cache.ts';
import { findLocalGo, runGo } from './go-command.ts';
import { gather, layOut } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';
import { localToolchain, releaseToolchain, resolveToolchains } from './toolchain.ts';
import type { Toolchain } from './toolchain.ts';

export interface BuildOptions {
  readonly host: { readonly cacheDirectory: string; readonly packageRoot: string };
  /** Told before a build; silent when the binary is up to date. */
  readonly onProgress?: (line: string) => void;
}

export interface VariantRequest {
  readonly scenario: string;
  readonly variant: string;
  readonly toolchain: Toolchain;
}

export interface BuiltBinary {
  /** Absolute. */
  readonly binary: string;
  /** The toolchain's name. */
  readonly toolchain: string;
  /** As the binary itself reported: its runtime.Version(). */
  readonly goVersion: string;
  readonly sha256: string;
}

/** @throws HarnessError (environment) where it does not build, or another Go than the one asked for made it */
export async function buildVariant(request: VariantRequest, options: BuildOptions): Promise<BuiltBinary> {
  const { scenario, variant, toolchain } = request;
  const base = toolchain.changed?.base ?? null;
  const asReleased = base === null ? null : await buildVariant({ ...request, toolchain: base }, options);
  return build(
    {
      modules: { fixtures: join(options.host.packageRoot, 'go-fixtures') },
      module: 'fixtures',
      package: `./${scenario}/${variant}`,
      name: variant,
      toolchain,
      asReleased,
      askVersion: (binary) => askFixture(binary, toolchain),
    },
    options,
  );
}

type LocalBuildOptions = BuildOptions & { readonly environment?: NodeJS.ProcessEnv };

/** One static binary, made by the local Go. */
export async function buildLauncher(options: LocalBuildOptions): Promise<BuiltBinary> {
  const toolchain = localToolchain(await findLocalGo(options.host, options.environment));
  const launcher = launcherModule(options);
  return build(
    { ...ownProgram, modules: { launcher }, module: 'launcher', name: 'launcher', toolchain },
    options,
  );
}

/** The embedded tracer: a launcher too. One static binary, made by the local Go or, where that is too old, a newer one. */
export async function buildAgent(options: LocalBuildOptions): Promise<BuiltBinary> {
  const local = await findLocalGo(options.host, options.environment);
  const [newer] = isNewEnough(local.version) ? [] : await resolveToolchains([agentToolchain], options);
  return build(agentPlan(newer ?? localToolchain(local), options), options);
}

/** Null: it was not built yet from these sources. Builds and fetches nothing. */
export async function findAgent(options: LocalBuildOptions): Promise<BuiltBinary | null> {
  const local = await findLocalGo(options.host, options.environment);
  const toolchain = isNewEnough(local.version)
    ? localToolchain(local)
    : releaseToolchain(agentToolchain, local);
  const plan = agentPlan(toolchain, options);
  const { key, cache } = await place(plan, options);
  const found = await cache.find(key, plan.name);
  return found === null ? null : toBuilt(plan, found);
}

function agentPlan(toolchain: Toolchain, options: BuildOptions): BuildPlan {
  const agent = join(options.host.packageRoot, 'harness', 'ebpf-agent');
  const modules = { launcher: launcherModule(options), 'ebpf-agent': agent };
  return { ...ownProgram, modules, module: 'ebpf-agent', name: 'agent', toolchain };
}

function launcherModule({ host }: BuildOptions): string {
  return join(host.packageRoot, 'harness', 'launcher');
}

/** As the agent's go.mod says. */
function isNewEnough(version: string): boolean {
  const release = parseGoRelease(version);
  return release === null || compareGoReleases(release, { major: 1, minor: 25, patch: 0 }) >= 0;
}

const agentToolchain = 'go1.26.8';

/** The launcher and the agent write their own version into every session's records. */
const ownProgram = { package: '.', asReleased: null, askVersion: null } as const;

interface BuildPlan {
  /** The directories of the modules that it is made of, which lie beside each other when they are built. */
  readonly modules: Readonly<Record<string, string>>;
  /** The one that it is in. */
  readonly module: string;
  readonly package: string;
  readonly name: string;
  readonly toolchain: Toolchain;
  /** The same program made by the unchanged release; null: nothing was changed. */
  readonly asReleased: BuiltBinary | null;
  /** Null: it can not be asked. */
  readonly askVersion: ((binary: string) => Promise<string>) | null;
}

/** Of all modules here. */
const importPath = 'afterclose.dev';

/** Two cores build two releases at a time; a third one would only wait for them. */
const builds = pLimit(2);

async function build(plan: BuildPlan, options: BuildOptions): Promise<BuiltBinary> {
  const { toolchain, name } = plan;
  const { tree, flags, key, cache } = await place(plan, options);
  const built = await goToolchainMutex(toolchain.name).runExclusive(async () => {
    const found = await cache.find(key, name);
    if (found !== null) return found;
    return builds(async () => {
      throwIfInterrupted(`${name} was to be built`);
      options.onProgress?.(`building ${name} with ${toolchain.name}`);
      const goPath = await layOut(tree, importPath, join(goDirectory(options), 'sources'));
      return cache.add(key, name, async (file) => {
        await compile(plan, flags, goPath, file);
        const version = (await plan.askVersion?.(file)) ?? toolchain.name;
        if (version !== expectedVersion(toolchain)) throw otherVersion(plan, version);
        return version;
      });
    });
  });
  if (plan.asReleased?.sha256 === built.sha256) throw withoutEffect(plan);
  return toBuilt(plan, built);
}

/** What it is made of, and where the result is kept. */
async function place(plan: BuildPlan, options: BuildOptions): Promise<Place> {
  const { toolchain } = plan;
  const tree = await gather(plan.modules);
  const flags = [...buildFlags(toolchain.name), ...(toolchain.changed?.flags ?? [])];
  const key = cacheKey([2, tree.digest, plan.module, plan.package, toolchain.identity, flags]);
  return { tree, flags, key, cache: openBinaryCache(join(goDirectory(options), 'binaries')) };
}

interface Place {
  readonly tree: SourceTree;
  readonly flags: readonly string[];
  readonly key: string;
  readonly cache: BinaryCache;
}

function goDirectory({ host }: BuildOptions): string {
  return join(host.cacheDirectory, 'go');
}

function toBuilt(
  { toolchain }: BuildPlan,
  { binary, sha256, toolchain: goVersion }: CachedBinary,
): BuiltBinary {
  return { binary, sha256, toolchain: toolchain.name, goVersion };
}

/** A changed toolchain does not know that it was changed. */
function expectedVersion({ name, changed }: Toolchain): string {
  return changed?.base.name ?? name;
}

async function compile(
  plan: BuildPlan,
  flags: readonly string[],
  goPath: string,
  file: string,
): Promise<void> {
  const { toolchain, name } = plan;
  const { exitCode, signal, stdout, stderr } = await runGo(
    [toolchain.goCommand, 'build', ...flags, '-o', file, plan.package],
    { ...toolchain.env, GOPATH: [toolchain.env['GOPATH'], goPath].join(':') },
    join(goPath, 'src', importPath, plan.module),
  );
  if (exitCode === 0) return;
  const output = `${stderr}${stdout}`.trim() || `go build ended with ${exitCode ?? signal ?? 'no exit code'}`;
  throw new HarnessError({
    what: `can not build ${name} with ${toolchain.name}`,
    why: output.slice(0, 4_000),
    remedy: buildRemedy(output, plan),
    exitCode: exitCodes.environment,
  });
}

function buildRemedy(output: string, plan: BuildPlan): string {
  if (/no space left on device|disk quota exceeded/.test(output)) {
    return 'make room, or set AFTERCLOSE_CACHE, GOCACHE and TMPDIR to directories on another disk';
  }
  if (/\.go:\d+/.test(output)) {
    return `mend the source in ${plan.modules[plan.module] ?? ''}; it must build with every release that it is used with`;
  }
  return 'see what the go command said; it is about this machine, not about the source';
}

/** Releases before 1.13 and 1.18 reject these flags. Without them a repository around the cache would get in. */
function buildFlags(toolchain: string): readonly string[] {
  const release = parseGoRelease(toolchain);
  const since = (minor: number) =>
    release === null || compareGoReleases(release, { major: 1, minor, patch: 0 }) >= 0;
  return [...(since(13) ? ['-trimpath'] : []), ...(since(18) ? ['-buildvcs=false'] : [])];
}

const fixtureVersion = z.looseObject({ goVersion: z.string() });

/** `go version FILE` can not read binaries of releases before 1.13, so the fixture is asked: no cycles, only claims. */
async function askFixture(binary: string, toolchain: Toolchain): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-'));
  const claims = join(directory, 'claims.json');
  try {
    const end = await runGroup({
      argv: [binary, '-cycles', '0'],
      cwd: directory,
      env: { AFTERCLOSE_CLAIMS: claims },
      stdout: 'capture',
      stderr: 'capture',
      timeoutMs: 20_000,
    });
    throwIfInterrupted('a fixture was asked for its version');
    const text = await readFile(claims, 'utf8').catch(() => '{}');
    const parsed = fixtureVersion.safeParse(JSON.parse(text));
    if (end.exitCode === 0 && parsed.success) return parsed.data.goVersion;
    throw new HarnessError({
      what: `the binary that ${toolchain.name} made does not say which Go made it`,
      why: `with -cycles 0 it ended with ${end.exitCode ?? end.signal ?? 'no exit code'} and wrote no goVersion to AFTERCLOSE_CLAIMS; ${end.stderr}`,
      remedy: 'every fixture must write its claims, also for no cycles at all',
      exitCode: exitCodes.environment,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function otherVersion(plan: BuildPlan, version: string): HarnessError {
  return new HarnessError({
    what: `asked ${expectedVersion(plan.toolchain)} to build ${plan.name}, but ${version} made it`,
    why: 'the binary says so itself (runtime.Version()); the go command did not switch to the release asked for',
    remedy: 'look for a go wrapper in PATH that sets GOTOOLCHAIN or GO111MODULE',
    exitCode: exitCodes.environment,
  });
}

/** Builds of one source by one release are the same byte for byte, so whatever differs comes from the change. */
function withoutEffect(plan: BuildPlan): HarnessError {
  return new HarnessError({
    what: `${plan.toolchain.name} made the same ${plan.name} as ${expectedVersion(plan.toolchain)}`,
    why: 'the two binaries are equal byte for byte, so the changed source was not used',
    remedy: 'use an exact release, which brings its own sources: --go 1.26.8+legacy-close',
    exitCode: exitCodes.environment,
  });
}
