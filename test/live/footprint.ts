/** What a session has on the machine: to compare before, during and after. Each by its own identity, since others work here too. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readRows } from '../../harness/tracers/dtrace/sweep.ts';

export interface SessionProcess {
  readonly pid: number;
  readonly commandLine: readonly string[];
  /** `net:[4026531840]`, `mnt:[...]` */
  readonly namespaces: readonly string[];
}

/** By the session's id in their environment, which no process of a session can lose. */
export function processesOf(session: string): SessionProcess[] {
  return allPids().flatMap((pid) => {
    const environment = read(`/proc/${pid}/environ`).split('\0');
    if (!environment.includes(`AFTERCLOSE_SESSION=${session}`)) return [];
    const commandLine = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
    return [{ pid, commandLine, namespaces: namespacesOf(pid) }];
  });
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
