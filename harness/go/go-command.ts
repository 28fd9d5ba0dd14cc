/**
 * The local go command and the environment in which every go command of ours runs. Nothing of the user's
 * Go settings reaches a build but the way to the module proxy: one GOFLAGS from `go env -w` breaks releases
 * before 1.18, and GO111MODULE=off silently turns the choice of the release off.
 */
import { realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { parseGoRelease } from '../../src/experiment/go-release.ts';
import { HarnessError } from '../errors.ts';
import { isExecutableFile } from '../executable-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import { runGroup } from '../run/process-group.ts';
import type { GroupEnd } from '../run/process-group.ts';

export interface LocalGo {
  /** Absolute. */
  readonly command: string;
  /** Its runtime.Version(). */
  readonly version: string;
  /** Changes when another Go is installed, also one that calls itself the same. */
  readonly identity: string;
  /** For messages: `off`, or the list of proxies. */
  readonly proxy: string;
  readonly moduleCache: string;
  /** The whole environment of a go command, but for GOTOOLCHAIN. */
  readonly env: Readonly<Record<string, string>>;
}

/** Complete; which toolchain runs is never left to chance. */
export type GoEnvironment = Readonly<Record<string, string>> & { readonly GOTOOLCHAIN: string };

/** The first release whose go command can bring any other release. */
const oldestUsable = { major: 1, minor: 21 };
const downloadLimitMs = 15 * 60_000;

/** @throws HarnessError (environment) where there is none or it is too old */
export async function findLocalGo(
  host: { readonly cacheDirectory: string },
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LocalGo> {
  const command = findGoCommand(environment['PATH'] ?? '');
  const settings = await readSettings(command, environment);
  const version = settings['GOVERSION'] ?? '';
  const release = parseGoRelease(version);
  if (release !== null && release.major === oldestUsable.major && release.minor < oldestUsable.minor) {
    throw unusableGo(`${command} is too old`, `it is ${version}; ${wanted}`);
  }
  if (version === '') throw unusableGo(`${command} is too old`, `it does not tell its version; ${wanted}`);
  const program = statSync(realpathSync(command));
  // Without a home directory Go has no place for its caches: none, or a build cache that is `off`.
  const moduleCache = settings['GOMODCACHE'] || join(host.cacheDirectory, 'go', 'modules');
  const ownBuildCache = settings['GOCACHE'] ?? '';
  const buildCache = isAbsolute(ownBuildCache) ? ownBuildCache : join(host.cacheDirectory, 'go', 'build');
  return {
    command,
    version,
    identity: [version, settings['GOROOT'], program.size, program.mtimeMs].join(' '),
    proxy: settings['GOPROXY'] ?? '',
    moduleCache,
    env: {
      ...withoutGoSettings(environment),
      ...pick(settings, wayToTheProxy),
      GOENV: 'off',
      GOWORK: 'off',
      CGO_ENABLED: '0',
      GOMODCACHE: moduleCache,
      GOCACHE: buildCache,
      // Here the go command keeps what it knows of the checksum database. Downloads and builds must share it,
      // so that whoever has a release needs no network to build with it.
      GOPATH: join(host.cacheDirectory, 'go', 'path'),
    },
  };
}

/**
 * @param env with an explicit GOTOOLCHAIN
 * @throws HarnessError when it was interrupted, or took longer than any build or download may
 */
export async function runGo(argv: readonly string[], env: GoEnvironment, cwd = '/'): Promise<GroupEnd> {
  // PWD: old releases believe it before they ask the kernel.
  const end = await runGroup({
    argv,
    cwd,
    env: { ...env, PWD: cwd },
    stdout: 'capture',
    stderr: 'capture',
    timeoutMs: downloadLimitMs,
  });
  if (end.exitCode === 0) return end;
  throwIfInterrupted(`${argv.join(' ')} was running`);
  if (end.timedOut) {
    throw new HarnessError({
      what: `${argv.join(' ')} (${env.GOTOOLCHAIN}) did not end`,
      why: `it was ended after ${downloadLimitMs / 60_000} minutes; it had said: ${end.stderr || 'nothing'}`,
      remedy: 'look at the network and at the load of this machine, and start again',
      exitCode: exitCodes.environment,
    });
  }
  return end;
}

const wayToTheProxy = [
  'GOPROXY',
  'GOSUMDB',
  'GONOSUMDB',
  'GOPRIVATE',
  'GONOPROXY',
  'GOINSECURE',
  'GOAUTH',
  'GOTMPDIR',
];

async function readSettings(
  command: string,
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const names = ['GOVERSION', 'GOROOT', 'GOMODCACHE', 'GOCACHE', ...wayToTheProxy];
  const env = {
    ...withoutGoSettings(environment),
    ...pick(environment, ['GOENV', 'GOMODCACHE', 'GOCACHE', 'GOPATH', ...wayToTheProxy]),
    GOTOOLCHAIN: 'local',
  };
  const { exitCode, stdout, stderr } = await runGo([command, 'env', '-json', ...names], env);
  if (exitCode !== 0)
    throw unusableGo(`${command} does not work`, stderr || `it ended with ${exitCode ?? 'a signal'}`);
  return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
}

function withoutGoSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return pick(
    environment,
    Object.keys(environment).filter((name) => !/^(GO[A-Z0-9_]*|CGO_.*)$/.test(name)),
  );
}

/** Go takes an empty variable as an unset one. */
function pick(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) if (source[name]) picked[name] = source[name];
  return picked;
}

function findGoCommand(path: string): string {
  // The last one is where Go's own archives go; sudo often drops it from PATH.
  const places = [...path.split(delimiter).filter((place) => place.startsWith('/')), '/usr/local/go/bin'];
  const found = places.map((place) => join(place, 'go')).find(isExecutableFile);
  if (found === undefined) throw unusableGo('there is no Go', `no go command in ${places.join(', ')}`);
  return found;
}

const wanted = `Go ${oldestUsable.major}.${oldestUsable.minor} or newer is needed, to build here and to bring the other releases`;

function unusableGo(what: string, why: string): HarnessError {
  return new HarnessError({
    what,
    why,
    remedy: `install Go ${oldestUsable.major}.${oldestUsable.minor} or newer and put its bin directory first in PATH`,
    exitCode: exitCodes.environment,
  });
}
