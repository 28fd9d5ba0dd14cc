/** Binaries, laid out sources and a private DTrace live here: without it nothing can be built. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ok } from './check.ts';
import type { Check } from './check.ts';
import { lookAtDirectory } from './directory.ts';
import { formatBytes } from './bytes.ts';

export const cache: Check = {
  name: 'cache',
  title: 'cache directory',
  neededFor: 'repro',
  look: async ({ host }) => {
    const directory = host.cacheDirectory;
    const { freeBytes, execution } = await lookAtDirectory(directory);
    const refusal = await firstRefusal(await partsOf(directory));
    if (refusal !== null) {
      return {
        state: 'missing',
        found: `${directory} can not be written`,
        why: `${refusal}; what is built is kept there`,
        remedy: 'set AFTERCLOSE_CACHE to a directory of your own',
      };
    }
    if (execution === 'refused') {
      return {
        state: 'missing',
        found: `${directory} is on a mount with noexec`,
        why: 'what is built there has to be started there',
        remedy: 'set AFTERCLOSE_CACHE to a directory on another mount',
      };
    }
    const room = `${directory}, ${formatBytes(freeBytes)} free`;
    if (freeBytes >= enough) return ok(room);
    return {
      state: 'degraded',
      found: room,
      why: `${formatBytes(enough)} are wanted: Go's build cache needs most of it`,
      remedy: 'make room, or set AFTERCLOSE_CACHE and GOCACHE to directories on another disk',
    };
  },
};

const enough = 1_000_000_000;

/** After one run as root in somebody's home, the directory is still theirs and what is in it no longer. */
async function partsOf(directory: string): Promise<readonly string[]> {
  const below = await directoriesIn(directory);
  return [directory, ...below, ...(await Promise.all(below.map(directoriesIn))).flat()];
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
}

async function firstRefusal(directories: readonly string[]): Promise<string | null> {
  for (const directory of directories) {
    const { refusal } = await lookAtDirectory(directory);
    if (refusal !== null) return refusal;
  }
  return null;
}
