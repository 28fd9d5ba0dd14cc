/** A repro that is under way: to be watched, hurt, and waited for. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { currentHost } from '../../harness/host.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import { checkIsBuilt, cli, commandEnvironment, temporaryDirectory } from '../cli/command-line.ts';
import type { CommandResult } from '../cli/command-line.ts';
import { livingNamespaces, mounts, processesOf, uprobeOwners } from './footprint.ts';
import type { SessionProcess } from './footprint.ts';

export interface StartedRepro {
  /** Of the session. */
  readonly directory: string;
  readonly ended: Promise<CommandResult>;
  signal(signal: NodeJS.Signals): void;
  /** The session's id, once it has one. */
  session(): string;
  /** The text of a file of the session; empty while it is not there. */
  read(...path: readonly string[]): string;
  /** What it has said until now. */
  stderr(): string;
}

/** Null where it can be used; else the note that earns a skip. */
export function missingDtrace(): Promise<string | null> {
  return missingTracer(dtrace);
}

/** As for DTrace. */
export function missingEbpf(): Promise<string | null> {
  return missingTracer(ebpf);
}

async function missingTracer(tracer: Tracer): Promise<string | null> {
  const host = currentHost();
  const availability = await tracer.probe(host);
  if (availability.usable) return null;
  return `missing: ${host.isRoot ? tracer.name : 'root'} (${availability.what}: ${availability.why})`;
}

export async function startRepro(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  command: 'repro' | 'compare' = 'repro',
): Promise<StartedRepro> {
  checkIsBuilt();
  const directory = join(await temporaryDirectory(), 'session');
  const child = execa(process.execPath, [cli, command, '--out', directory, ...words], {
    env: commandEnvironment(env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    // Ending in order takes longer than execa's patience.
    forceKillAfterDelay: false,
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await child;
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const read = (...path: readonly string[]): string => {
    const file = join(directory, ...path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  return {
    directory,
    ended: child.then(({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr })),
    signal: (signal) => {
      child.kill(signal);
    },
    session: () => (JSON.parse(read('session.json')) as { session: string }).session,
    read,
    stderr: () => stderr,
  };
}

/**
 * The deadline only ends a test that would hang, with a word on what it waited for. It is long: untraced runs wait for
 * a gap between the traced ones of whoever else is at work on the machine.
 */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 200_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}

export interface Before {
  readonly mounts: readonly string[];
  readonly namespaces: ReadonlySet<string>;
}

export function lookBefore(): Before {
  return { mounts: mounts(), namespaces: livingNamespaces() };
}

export interface Observed {
  readonly session: string;
  readonly processes: readonly SessionProcess[];
  /** Those that the session brought into being. */
  readonly namespaces: readonly string[];
}

/** What the session has on the machine at this moment. */
export function observe(repro: StartedRepro, before: Before): Observed {
  const processes = processesOf(repro.session());
  const namespaces = new Set(processes.flatMap((each) => each.namespaces));
  return {
    session: repro.session(),
    processes,
    namespaces: [...namespaces].filter((name) => !before.namespaces.has(name)),
  };
}

export async function expectNothingLeft(observed: Observed, before: Before): Promise<void> {
  expect(processesOf(observed.session)).toEqual([]);
  // The kernel gives the number of a namespace that is gone to the next one, which others may have just made.
  await until('the namespaces of the session are gone', () => {
    const living = livingNamespaces();
    return !observed.namespaces.some((name) => living.has(name));
  });
  expect(mounts()).toEqual(before.mounts);
  const pids = observed.processes.map((each) => each.pid);
  expect((await uprobeOwners()).filter((pid) => pids.includes(pid))).toEqual([]);
}
