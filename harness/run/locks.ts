/**
 * Every lock of the harness, named by what it guards: mutexes inside this process, and the one lock of
 * the whole machine.
 */
import { Mutex } from 'async-mutex';
import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption, throwIfInterrupted } from './interruption.ts';
import { lockDirectory, otherUsers, postNotice } from './lock-notices.ts';
import type { MachineUse } from './lock-notices.ts';
import { runGroup } from './process-group.ts';

export type { MachineUse } from './lock-notices.ts';

export interface MachineLock {
  /** Idempotent. The end of this process, however it comes, releases it too. */
  release(): void;
}

export interface MachineLockOptions {
  /** Told who is waited for, whenever that changes: `process 123 (traced runs)`. */
  readonly onWait: (holders: readonly string[]) => void;
  /** Only tests use another one than the machine's own. */
  readonly directory?: string;
}

const goToolchains = new Map<string, Mutex>();

/** Guards the download of a Go release and the builds with it: it is done once, not side by side. */
export function goToolchainMutex(toolchain: string): Mutex {
  const mutex = goToolchains.get(toolchain) ?? new Mutex();
  goToolchains.set(toolchain, mutex);
  return mutex;
}

/**
 * Traced runs may go on side by side; untraced ones have the machine for themselves, since every attached
 * tracer slows all of its processes. Waits for as long as it takes, and for nobody in particular: who asks
 * for untraced runs while traced sessions keep overlapping waits for the first gap.
 *
 * It is an flock(2) on an open file description that only this process has, so the kernel releases it when
 * this process ends, by SIGKILL too, and there is no stale lock. Other containers on the same kernel have
 * another /run/lock, and are not seen.
 * @throws HarnessError (environment) where the lock can not be had at all
 */
export async function lockMachine(use: MachineUse, options: MachineLockOptions): Promise<MachineLock> {
  const directory = options.directory ?? lockDirectory();
  const path = `${directory}/afterclose.lock`;
  let told = '';
  for (;;) {
    throwIfInterrupted('waiting for the machine');
    const descriptor = openLockFile(path);
    if ((await tryLock(descriptor, use, path)) && isStillThere(path, descriptor)) {
      return heldLock(descriptor, postNotice(directory, use));
    }
    closeSync(descriptor);
    const holders = otherUsers(directory);
    if (holders.join() !== told || told === '') {
      told = holders.join() || 'nobody known';
      options.onWait(holders);
    }
    await sleep(pollMs, undefined, { signal: interruption }).catch(() => undefined);
  }
}

const pollMs = 200;

function heldLock(descriptor: number, withdrawNotice: () => void): MachineLock {
  let held = true;
  return {
    release: () => {
      if (held) {
        withdrawNotice();
        closeSync(descriptor);
      }
      held = false;
    },
  };
}

/** Node has no flock(2); flock(1) of util-linux and of busybox locks the description behind its standard input. */
async function tryLock(descriptor: number, use: MachineUse, path: string): Promise<boolean> {
  const tried = await runGroup({
    argv: ['flock', '-n', use === 'untraced' ? '-x' : '-s', '0'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdin: descriptor,
    stdout: 'ignore',
    stderr: 'capture',
  });
  if (tried.exitCode === 0) return true;
  if (tried.exitCode === 1 && tried.stderr === '') return false;
  throwIfInterrupted('waiting for the machine');
  throw lockError(path, tried.stderr || 'flock failed');
}

/** Any user's file will do: to lock it, reading is enough. The directory is open to all, so nothing is followed. */
function openLockFile(path: string): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL } = constants;
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw lockError(path, String(error), error);
  }
  try {
    const descriptor = openSync(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o444);
    fchmodSync(descriptor, 0o444);
    return descriptor;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return openLockFile(path);
    throw lockError(path, String(error), error);
  }
}

/** A cleaner of temporary files may have removed the file that we locked, and others would lock its successor. */
function isStillThere(path: string, descriptor: number): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function lockError(path: string, why: string, cause?: unknown): HarnessError {
  return new HarnessError({
    what: `can not lock ${path}, which keeps untraced runs and tracers of this machine apart`,
    why,
    remedy: 'install util-linux (flock); where the path is not a plain readable file, remove it',
    exitCode: exitCodes.environment,
    cause,
  });
}
