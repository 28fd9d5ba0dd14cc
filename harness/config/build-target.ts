/** From a command of the user to a file that can be run. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { HarnessError } from '../errors.ts';
import { isExecutableFile } from '../executable-file.ts';
import { exitCodes } from '../exit-codes.ts';
import type { BuildOptions } from '../go/build.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import { runGroup } from '../run/process-group.ts';
import type { Target } from './target.ts';

/**
 * @returns the file that its command names, as an absolute path
 * @throws HarnessError (environment) where it does not build, or there is nothing to run afterwards
 */
export async function buildTarget(
  target: Target,
  options: BuildOptions,
): Promise<{ readonly file: string; readonly sha256: string }> {
  if (target.build !== null) await runBuild(target, target.build, options);
  const file = findCommand(target);
  if (file === null) throw notThere(target);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return { file, sha256 };
}

/** The absolute path of what the command names, as a shell would find it from the target's directory; null: nothing. */
export function findCommand({ command, directory }: Pick<Target, 'command' | 'directory'>): string | null {
  const [name] = command;
  const places = name.includes('/')
    ? [resolve(directory, name)]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => resolve(directory, join(folder, name)));
  return places.find(isExecutableFile) ?? null;
}

/** What every run of a command gets of our environment; its own `env` is added to it. */
export function targetEnvironment({ env }: Pick<Target, 'env'>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].flatMap(
    (name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    },
  );
  return { ...Object.fromEntries(kept), ...env };
}

async function runBuild(
  target: Target,
  argv: readonly [string, ...string[]],
  options: BuildOptions,
): Promise<void> {
  options.onProgress?.(`building ${target.name}: ${argv.join(' ')}`);
  const end = await runGroup({
    argv,
    cwd: target.directory,
    // A build may need anything that the user's shell has.
    env: { ...definedVariables(process.env), ...target.env },
    stdout: 'capture',
    stderr: 'capture',
    timeoutMs: buildTimeoutMs,
  });
  throwIfInterrupted(`${target.name} was to be built`);
  if (end.exitCode === 0) return;
  const how = end.timedOut ? 'took too long' : `ended with ${end.exitCode ?? end.signal ?? 'no exit code'}`;
  throw new HarnessError({
    what: `can not build ${target.name}`,
    why: `${argv.join(' ')} ${how}\n${`${end.stderr}${end.stdout}`.trim().slice(0, 4_000)}`,
    remedy: `see what it said; it was run in ${target.directory}`,
    exitCode: exitCodes.environment,
  });
}

const buildTimeoutMs = 10 * 60_000;

function definedVariables(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function notThere({ name, command, directory }: Target): HarnessError {
  return new HarnessError({
    what: `the command of ${name} is not there after its build`,
    why: `${command[0]} is no file that can be executed, as seen from ${directory}`,
    remedy: 'let the build command make it, or name another file in the config',
    exitCode: exitCodes.environment,
  });
}
