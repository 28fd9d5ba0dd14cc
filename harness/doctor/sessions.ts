/** Where repro keeps what it saw, unless it is told otherwise. */
import { dirname } from 'node:path';
import { defaultSessionDirectory } from '../store/layout.ts';
import { formatBytes } from './bytes.ts';
import { ok } from './check.ts';
import type { Check } from './check.ts';
import { lookAtDirectory } from './directory.ts';

export const sessions: Check = {
  name: 'sessions',
  title: 'session directory',
  neededFor: 'comfort',
  look: async ({ workingDirectory }) => {
    const directory = dirname(defaultSessionDirectory(workingDirectory, 'any'));
    const { refusal, freeBytes } = await lookAtDirectory(directory);
    if (refusal !== null) {
      return {
        state: 'degraded',
        found: `${directory} can not be written`,
        why: refusal,
        remedy: 'start from another directory, or name one with --out',
      };
    }
    const room = `${directory}, ${formatBytes(freeBytes)} free`;
    if (freeBytes >= enough) return ok(room);
    return {
      state: 'degraded',
      found: room,
      why: 'a disk that fills up ends a session without a proof',
      remedy: 'make room, or name another place with --out',
    };
  },
};

const enough = 1_000_000_000;
