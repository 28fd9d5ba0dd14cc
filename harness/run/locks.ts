/**
 * Every lock of the harness, named by what it guards: mutexes inside this process, and the one lock of
 * the whole machine.
 */
import { Mutex } from 'async-mutex';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryFileLock } from './file-lock.ts';
import { interruption, throwIfInterrupted } from './interruption.ts';
import { lockDirectory, otherUsers, postNotice } from './lock-notices.ts';
import type { MachineUse } from './lock-notices.ts';

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

/** Guards the choice of ports within this process; between processes it is a lock on a file for each port. */
export const portLeaseMutex = new Mutex();

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
 * Other containers on the same kernel have another /run/lock, and are not seen.
 * @throws HarnessError (environment) where the lock can not be had at all
 */
export async function lockMachine(use: MachineUse, options: MachineLockOptions): Promise<MachineLock> {
  const directory = options.directory ?? lockDirectory();
  let told = '';
  for (;;) {
    throwIfInterrupted(waiting);
    const descriptor = await tryFileLock({
      path: `${directory}/afterclose.lock`,
      kind: use === 'untraced' ? 'exclusive' : 'shared',
      purpose: 'keeps untraced runs and tracers of this machine apart',
      activity: waiting,
    });
    if (descriptor !== null) return heldLock(descriptor, postNotice(directory, use));
    const holders = otherUsers(directory);
    if (holders.join() !== told || told === '') {
      told = holders.join() || 'nobody known';
      options.onWait(holders);
    }
    await sleep(pollMs, undefined, { signal: interruption }).catch(() => undefined);
  }
}

const pollMs = 200;
const waiting = 'waiting for the machine';

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
