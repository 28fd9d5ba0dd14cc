/**
 * Who holds the machine: an empty file per holder, whose name says it all (there is no content that
 * another user could forge). Only for messages: the lock itself is the kernel's.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atExit, watchSignals } from './interruption.ts';
import { isAlive, readProcess } from './process-list.ts';

export type MachineUse = 'traced' | 'untraced';

/**
 * Chosen by its mode and not by what we may do, so that all users of a machine choose alike; TMPDIR is
 * not asked for the same reason.
 */
export function lockDirectory(): string {
  const mode = statSync('/run/lock', { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o002) === 0 ? '/tmp' : '/run/lock';
}

/** Returns how to withdraw it. */
export function postNotice(directory: string, use: MachineUse): () => void {
  // Tidies up after holders that were killed.
  otherUsers(directory);
  const startedAt = readProcess(process.pid)?.startedAt ?? '0';
  const file = join(directory, `afterclose-${use}-${process.pid}-${startedAt}`);
  const remove = () => rmSync(file, { force: true });
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o444 });
  } catch {
    // A full disk, or a second lock of this process: the message loses a name, the lock is as good.
    return () => undefined;
  }
  watchSignals();
  const takeBack = atExit(remove);
  return () => {
    remove();
    takeBack();
  };
}

/** `process 123 (traced runs)`. Removes the notices of holders that were killed, where it may. */
export function otherUsers(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const [, use, pid, startedAt] = /^afterclose-(traced|untraced)-(\d+)-(\d+)$/.exec(name) ?? [];
    if (use === undefined) return [];
    const holder = readProcess(Number(pid));
    if (holder !== null && holder.startedAt === startedAt && isAlive(holder))
      return [`process ${holder.pid} (${use} runs)`];
    try {
      rmSync(join(directory, name), { force: true });
    } catch {
      // Another user's, in a directory where only owners may remove.
    }
    return [];
  });
}
