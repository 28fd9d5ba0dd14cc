/** The built command line as a process of its own: what users run, with what they see. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

export const root = resolve(import.meta.dirname, '..', '..');
/** AFTERCLOSE_TEST_CLI names another one, e.g. of an installed package. */
const otherCli = process.env['AFTERCLOSE_TEST_CLI'];
export const cli = otherCli ?? join(root, 'dist', 'harness', 'cli.js');
export const goldenSessions = join(root, 'test', 'golden', 'session');

export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandPlace {
  readonly cwd?: string;
  /** Added to a nearly empty environment, so that the settings of whoever tests decide nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function afterclose(words: readonly string[], place: CommandPlace = {}): Promise<CommandResult> {
  checkIsBuilt();
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...words], {
    cwd: place.cwd ?? root,
    env: commandEnvironment(place.env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}

export function commandEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'AFTERCLOSE_CACHE',
    'XDG_CACHE_HOME',
    'GOPROXY',
    'GOSUMDB',
    'GONOSUMDB',
    'GOFLAGS',
  ];
  const environment: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...more };
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

let builtIsChecked = otherCli !== undefined;

/** Tests of an old build would be worse than none. */
export function checkIsBuilt(): void {
  if (builtIsChecked) return;
  const builtAt = existsSync(cli) ? newestIn('dist') : 0;
  if (builtAt < Math.max(newestIn('src'), newestIn('harness'))) {
    throw new Error('dist/ is missing or older than the sources: run `make build` first');
  }
  builtIsChecked = true;
}

/** `made-from`: when `make build` last found dist/ to be made from what the sources say now. */
function newestIn(folder: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ts|js|made-from)$/.test(file),
  );
  return Math.max(...files.map((file) => statSync(join(root, folder, file)).mtimeMs));
}
