/** The process groups that we made and that still live, and how each is ended: TERM, wait, KILL. */
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit, interruption, watchSignals } from './interruption.ts';
import { isAlive, listProcesses, sendSignal } from './process-list.ts';

/** Written only in this file. */
export interface LiveGroup {
  readonly pid: number;
  readonly graceMs: number;
  readonly endedOnInterruptionBy: 'registry' | 'owner';
  forcedKill: boolean;
  /** Set once somebody has asked for its end; gives the processes that would not die. */
  ending: Promise<readonly number[]> | null;
}

/** SIGKILL is only late for a process that is stuck in the kernel. */
const killedWithinMs = 10_000;
/** Nothing else can happen in this process meanwhile, so it is short. */
const endedAtExitWithinMs = 1_500;

const registry = new Set<LiveGroup>();
let watched = false;

export function registerGroup(
  pid: number,
  policy: Pick<LiveGroup, 'graceMs' | 'endedOnInterruptionBy'>,
): LiveGroup {
  watchEnds();
  const group: LiveGroup = { pid, ...policy, forcedKill: false, ending: null };
  registry.add(group);
  if (interruption.aborted) endInterrupted();
  return group;
}

/**
 * Settles when no process of the group lives, with those that would not die. Idempotent, never rejects:
 * once seen empty, a group's number may be given to a stranger, so it is never signalled again.
 */
export async function endGroup(group: LiveGroup): Promise<readonly number[]> {
  group.ending ??= terminate(group).finally(() => registry.delete(group));
  return group.ending;
}

async function terminate(group: LiveGroup): Promise<readonly number[]> {
  if (livingMembers(group.pid).length === 0) return [];
  sendSignal(-group.pid, 'SIGTERM');
  if ((await membersAfter(group.pid, group.graceMs)).length === 0) return [];
  group.forcedKill = true;
  sendSignal(-group.pid, 'SIGKILL');
  return membersAfter(group.pid, killedWithinMs);
}

/** Those that still live at the deadline; settles sooner when there are none. */
async function membersAfter(group: number, deadlineMs: number): Promise<readonly number[]> {
  const deadline = performance.now() + deadlineMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const members = livingMembers(group);
    if (members.length === 0 || performance.now() >= deadline) return members;
    await sleep(pauseMs);
  }
}

function livingMembers(group: number): readonly number[] {
  // kill(2) answers for zombies too, hence the list; where it finds nobody, the list can be spared.
  if (!sendSignal(-group, 0) && !mayBeForeign()) return [];
  return listProcesses()
    .filter((listed) => listed.group === group && isAlive(listed))
    .map((listed) => listed.pid);
}

/** An ordinary user gets EPERM for a group that has become another user's (set-user-id programs). */
function mayBeForeign(): boolean {
  return process.getuid?.() !== 0;
}

function watchEnds(): void {
  watchSignals();
  if (watched) return;
  watched = true;
  atExit(endAllAtExit);
  interruption.addEventListener('abort', endInterrupted);
}

function endInterrupted(): void {
  for (const group of registry) if (group.endedOnInterruptionBy === 'registry') void endGroup(group);
}

/** Synchronous, for the very end of this process. */
function endAllAtExit(): void {
  const groups = [...registry].map((group) => group.pid);
  for (const group of groups) sendSignal(-group, 'SIGTERM');
  const deadline = performance.now() + endedAtExitWithinMs;
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (groups.some((group) => livingMembers(group).length > 0) && performance.now() < deadline) {
    Atomics.wait(never, 0, 0, 10);
  }
  for (const group of groups) if (livingMembers(group).length > 0) sendSignal(-group, 'SIGKILL');
}
