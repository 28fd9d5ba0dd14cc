/** flock(1), by which untraced runs and tracers of one machine keep apart. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ok } from './check.ts';
import type { Check } from './check.ts';

export const locking: Check = {
  name: 'locking',
  title: 'flock',
  neededFor: 'repro',
  look: ({ environment }) => {
    const found = findProgram('flock', environment['PATH'] ?? '');
    if (found !== null) return Promise.resolve(ok(found));
    return Promise.resolve({
      state: 'missing',
      found: 'not in PATH',
      why: 'without it, untraced runs and tracers can not be kept apart',
      remedy: 'install util-linux',
    });
  },
};

function findProgram(name: string, path: string): string | null {
  const files = path.split(delimiter).map((place) => join(place, name));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
