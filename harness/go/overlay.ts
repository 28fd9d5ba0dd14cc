/**
 * Counterfactual toolchains: a Go release with one thing changed by the go command's -overlay, so that what
 * follows can have no other cause. So far there is one, `legacy-close`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareGoReleases, parseGoRelease } from '../../src/experiment/go-release.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { removeCloseWait } from './close-wait.ts';
import { publishDirectory } from './published-directory.ts';

/** The part of a toolchain's name behind the `+`. */
export const counterfactuals = ['legacy-close'] as const;

export interface Overlay {
  /** For the go command's -overlay; absolute. */
  readonly file: string;
  /** Of what it puts in the place of what, in hex. */
  readonly digest: string;
}

/**
 * Null: it can be built. Asked before anything is downloaded.
 * @param release `go1.26.8`, or the name of a development version, of which nothing is known
 */
export function refuseLegacyClose(release: string): string | null {
  const parsed = parseGoRelease(release);
  if (parsed === null) return null;
  const isBefore = (minor: number) => compareGoReleases(parsed, { major: 1, minor, patch: 0 }) < 0;
  if (isBefore(10)) {
    return `${release} has nothing to remove: the wait in Close came with Go 1.10, before it every Close is the legacy one`;
  }
  if (isBefore(16)) return `the go command of ${release} has no -overlay; it came with Go 1.16`;
  return null;
}

/**
 * @param toolchain its name and its `go env GOROOT`
 * @throws HarnessError (environment) where the source does not have what is to be removed, or can not be read
 */
export async function makeLegacyCloseOverlay(
  toolchain: { readonly name: string; readonly goRoot: string },
  cacheDirectory: string,
): Promise<Overlay> {
  const original = join(toolchain.goRoot, 'src', 'internal', 'poll', 'fd_unix.go');
  const removal = removeCloseWait(await readSource(original, toolchain.name));
  if (!removal.removed) throw notThere(original, toolchain.name, removal.why);
  const digest = createHash('sha256').update(`${original}\0${removal.source}`).digest('hex');
  const directory = join(cacheDirectory, 'go', 'overlays', digest.slice(0, 16));
  const replacement = join(directory, 'fd_unix.go');
  const file = join(directory, 'overlay.json');
  await publishFiles(directory, {
    'fd_unix.go': removal.source,
    'overlay.json': `${JSON.stringify({ Replace: { [original]: replacement } }, null, 2)}\n`,
  });
  return { file, digest };
}

async function publishFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const isWhole = async (): Promise<boolean> => {
    const found = await Promise.all(
      Object.keys(files).map((name) => readFile(join(directory, name), 'utf8').catch(() => null)),
    );
    return Object.values(files).every((content, index) => content === found[index]);
  };
  if (await isWhole()) return;
  const draft = `${directory}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(draft, name), content);
  await publishDirectory(draft, directory, isWhole);
}

async function readSource(file: string, toolchain: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HarnessError({
      what: `can not make ${toolchain}+legacy-close`,
      why: `the source of its Close can not be read: ${String(cause)}`,
      remedy: 'install the sources of that Go too (some systems package them apart), or use an exact release',
      exitCode: exitCodes.environment,
      cause,
    });
  }
}

function notThere(file: string, toolchain: string, why: string): HarnessError {
  return new HarnessError({
    what: `can not make ${toolchain}+legacy-close`,
    why: `exactly one block must be removed from Close, but ${file} is not as expected: ${why}`,
    remedy: 'use a release on which this is known to work: --go 1.26.8+legacy-close',
    exitCode: exitCodes.environment,
  });
}
