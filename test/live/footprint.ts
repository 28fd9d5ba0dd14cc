/** What a session has on the machine: to compare before, during and after. Each by its own identity, since others work here too. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readProcess } from '../../harness/run/process-list.ts';
import { readRows } from '../../harness/tracers/dtrace/sweep.ts';

export interface SessionProcess {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: readonly string[];
  /** `net:[4026531840]`, `mnt:[...]` */
  readonly namespaces: readonly string[];
}

/** By the session's id in their environment, which no process of a session can lose. */
export function processesOf(session: string): SessionProcess[] {
  return processesInSessions((id) => id === session);
}

/** Of sessions that are none of these: of somebody else at work on this machine. */
export function processesOfOthers(sessions: readonly string[]): SessionProcess[] {
  return processesInSessions((id) => !sessions.includes(id));
}

/**
 * Those that are meant, and not the child that one of them has forked and that has not yet called exec: until then it
 * has the command line of its parent.
 */
export function select(
  processes: readonly SessionProcess[],
  isMeant: (each: SessionProcess) => boolean,
): SessionProcess[] {
  const found = processes.filter(isMeant);
  const pids = new Set(found.map(({ pid }) => pid));
  return found.filter(({ parent }) => !pids.has(parent));
}

/** Pids of those that have the text in their environment. */
export function processesWith(text: string): number[] {
  return allPids().filter((pid) => read(`/proc/${pid}/environ`).includes(text));
}

/** Namespaces that some process of this machine is in. */
export function livingNamespaces(): Set<string> {
  return new Set(allPids().flatMap(namespacesOf));
}

/** Of the mount namespace that we are in. */
export function mounts(): string[] {
  return read('/proc/self/mountinfo').split('\n');
}

/** The processes that rows of the kernel's list of uprobes belong to. */
export async function uprobeOwners(): Promise<number[]> {
  const rows = await readRows();
  return rows.flatMap((row) => {
    const pid = /^[pr]:dt_(\d+)_dtrace\//.exec(row)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}

function processesInSessions(isMeant: (session: string) => boolean): SessionProcess[] {
  return allPids().flatMap((pid) => {
    const [, session] = /(?:^|\0)AFTERCLOSE_SESSION=([^\0]*)/.exec(read(`/proc/${pid}/environ`)) ?? [];
    const parent = readProcess(pid)?.parent;
    if (session === undefined || parent === undefined || !isMeant(session)) return [];
    const commandLine = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
    return [{ pid, parent, commandLine, namespaces: namespacesOf(pid) }];
  });
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function namespacesOf(pid: number): string[] {
  return ['net', 'mnt', 'user'].flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
