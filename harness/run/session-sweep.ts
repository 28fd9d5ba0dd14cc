/** Finds what a killed launcher or tracer left behind, by the session id in its environment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, listProcesses, readProcess, readProcFile, sendSignal } from './process-list.ts';
import type { ListedProcess } from './process-list.ts';

const graceMs = 1_000;
/** SIGKILL is only late for a process that is stuck in the kernel. */
const killedWithinMs = 5_000;
const pauseMs = 20;

/**
 * Ends every process with AFTERCLOSE_SESSION=<session> in its initial environment, this process and its
 * ancestors excepted: SIGTERM, a second later SIGKILL. Returns the pids that were signalled.
 */
export async function sweepSession(session: string): Promise<readonly number[]> {
  const signalled = new Set<number>();
  await signalUntilGone(session, 'SIGTERM', graceMs, signalled);
  await signalUntilGone(session, 'SIGKILL', killedWithinMs, signalled);
  return [...signalled];
}

/** Looks again and again, since they may fork while we look; twice in vain: there are none. */
async function signalUntilGone(
  session: string,
  signal: 'SIGTERM' | 'SIGKILL',
  deadlineMs: number,
  signalled: Set<number>,
): Promise<void> {
  const asked = new Set<string>();
  const deadline = performance.now() + deadlineMs;
  for (let inVain = 0; inVain < 2 && performance.now() < deadline;) {
    const stragglers = findStragglers(session);
    inVain = stragglers.length === 0 ? inVain + 1 : 0;
    for (const straggler of stragglers) {
      const identity = `${straggler.pid} ${straggler.startedAt}`;
      if (asked.has(identity) || !isSame(straggler)) continue;
      asked.add(identity);
      if (sendSignal(straggler.pid, signal)) signalled.add(straggler.pid);
    }
    await sleep(inVain < 2 ? pauseMs : 0);
  }
}

function findStragglers(session: string): readonly ListedProcess[] {
  const entry = `AFTERCLOSE_SESSION=${session}`;
  const processes = listProcesses();
  const spared = ancestors(processes);
  return processes.filter(
    (listed) =>
      isAlive(listed) &&
      !spared.has(listed.pid) &&
      readProcFile(listed.pid, 'environ')?.split('\0').includes(entry) === true,
  );
}

function ancestors(processes: readonly ListedProcess[]): ReadonlySet<number> {
  const parents = new Map(processes.map((listed) => [listed.pid, listed.parent]));
  const found = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined; pid = parents.get(pid)) {
    if (found.has(pid)) break;
    found.add(pid);
  }
  return found;
}

/** Its number has not been given to another process since it was listed. */
function isSame(listed: ListedProcess): boolean {
  return readProcess(listed.pid)?.startedAt === listed.startedAt;
}
