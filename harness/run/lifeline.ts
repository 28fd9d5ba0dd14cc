/**
 * The launcher reads from a FIFO whose only writer is this process: when we are gone, however we went, it reads
 * the end of the file and ends its runs.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { runGroup } from './process-group.ts';

export interface Lifeline {
  /** Tells the launcher to end. Idempotent. */
  cut(): void;
  /** Cuts, and removes the FIFO. */
  remove(): Promise<void>;
}

export async function openLifeline(path: string): Promise<Lifeline> {
  const made = await runGroup({
    argv: ['mkfifo', '-m', '600', path],
    cwd: dirname(path),
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdout: 'ignore',
    stderr: 'capture',
  });
  if (made.exitCode !== 0) throw noFifo(path, made.stderr);
  // Read and write, or the opening would wait for the launcher. Node opens everything close-on-exec, so that no
  // child holds the writing end.
  let descriptor: number | null = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const cut = (): void => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  return {
    cut,
    remove: async () => {
      cut();
      await rm(path, { force: true });
    },
  };
}

function noFifo(path: string, why: string): HarnessError {
  return new HarnessError({
    what: `can not make the FIFO ${path}`,
    why: why.trim() === '' ? 'mkfifo(1) failed' : why,
    remedy: 'put the session on a file system that knows FIFOs, with --out',
    exitCode: exitCodes.environment,
  });
}
