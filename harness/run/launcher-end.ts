/** The last word of a launcher whose tracer is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, readProcess } from './process-list.ts';
import { readRunsSeen } from './runs-seen.ts';

/**
 * Waits until it has said good-bye: one that lost its tracer first ends its runs. One that was killed never will.
 * @param records the file that it writes to
 * @param patienceMs for one that lives, or whose pid somebody else has by now
 */
export async function launcherEnd(records: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const { launcher, hasEnded } = await readRunsSeen(records);
    if (launcher === null || hasEnded || isGone(launcher)) return;
    await sleep(pollMs);
  }
}

function isGone(pid: number): boolean {
  const listed = readProcess(pid);
  return listed === null || !isAlive(listed);
}

const pollMs = 100;
