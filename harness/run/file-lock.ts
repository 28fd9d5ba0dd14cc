/**
 * A lock between all processes of the machine: an flock(2) on an open file description that only this process
 * has, so the kernel releases it when this process ends, by SIGKILL too, and there is no stale lock.
 */
import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { throwIfInterrupted } from './interruption.ts';
import { runGroup } from './process-group.ts';

export interface FileLockRequest {
  /** In a directory that may be open to all users. */
  readonly path: string;
  readonly kind: 'shared' | 'exclusive';
  /** `keeps untraced runs and tracers of this machine apart`: what the lock is there for. */
  readonly purpose: string;
  /** `waiting for the machine`: what a signal breaks off. */
  readonly activity: string;
}

/**
 * @returns the descriptor to be closed in the end; null: somebody else holds the lock
 * @throws HarnessError (environment) where the lock can not be had at all
 */
export async function tryFileLock(request: FileLockRequest): Promise<number | null> {
  const descriptor = openLockFile(request);
  let isHeld = false;
  try {
    isHeld = (await flock(descriptor, request)) && isStillThere(request.path, descriptor);
  } finally {
    if (!isHeld) closeSync(descriptor);
  }
  return isHeld ? descriptor : null;
}

/** Node has no flock(2); flock(1) of util-linux and of busybox locks the description behind its standard input. */
async function flock(descriptor: number, request: FileLockRequest): Promise<boolean> {
  const tried = await runGroup({
    argv: ['flock', '-n', request.kind === 'exclusive' ? '-x' : '-s', '0'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdin: descriptor,
    stdout: 'ignore',
    stderr: 'capture',
  });
  if (tried.exitCode === 0) return true;
  if (tried.exitCode === 1 && tried.stderr === '') return false;
  throwIfInterrupted(request.activity);
  throw lockError(request, tried.stderr || 'flock failed');
}

/** Any user's file will do: to lock it, reading is enough. The directory is open to all, so nothing is followed. */
function openLockFile(request: FileLockRequest): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL } = constants;
  try {
    return openSync(request.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw lockError(request, String(error), error);
  }
  try {
    const descriptor = openSync(request.path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o444);
    fchmodSync(descriptor, 0o444);
    return descriptor;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return openLockFile(request);
    throw lockError(request, String(error), error);
  }
}

/** A cleaner of temporary files may have removed the file that we locked, and others would lock its successor. */
function isStillThere(path: string, descriptor: number): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function lockError({ path, purpose }: FileLockRequest, why: string, cause?: unknown): HarnessError {
  return new HarnessError({
    what: `can not lock ${path}, which ${purpose}`,
    why,
    remedy: 'install util-linux (flock); where the path is not a plain readable file, remove it',
    exitCode: exitCodes.environment,
    cause,
  });
}
