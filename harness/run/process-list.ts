/** What /proc says about the processes of this machine. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ListedProcess {
  readonly pid: number;
  /** One letter, see proc(5). */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks since boot; with the pid it names one process for good. */
  readonly startedAt: string;
}

export function listProcesses(): readonly ListedProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== null);
}

/** Null: there is no such process. */
export function readProcess(pid: number): ListedProcess | null {
  const stat = readProcFile(pid, 'stat');
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, parent, group] = fields;
  const startedAt = fields[19];
  if (state === undefined || startedAt === undefined) return null;
  return { pid, state, parent: Number(parent), group: Number(group), startedAt };
}

/** A zombie has no memory and no descriptors left: it only waits for its parent, perhaps for ever. */
export function isAlive(listed: ListedProcess): boolean {
  return listed.state !== 'Z' && listed.state !== 'X';
}

/** Null: gone, or not ours to read. */
export function readProcFile(pid: number, name: 'stat' | 'environ'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return null;
  }
}

/** False: there was nobody to signal, or nobody we may signal. `pid` < 0: a process group, as in kill(2). */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
