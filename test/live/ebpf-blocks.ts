/** What the live tests of the embedded tracer share: it is built, the machine is locked, and in the end nothing is left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { buildLauncher } from '../../harness/go/build.ts';
import { currentHost } from '../../harness/host.ts';
import { lockMachine } from '../../harness/run/locks.ts';
import type { MachineLock } from '../../harness/run/locks.ts';
import { sweepSession } from '../../harness/run/process-group.ts';
import { setUpEbpf } from '../../harness/tracers/ebpf/setup.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import type { LossEvent, TraceEvent } from '../../src/trace/event.ts';
import type { BlockOptions, TracedProgram } from './traced-block.ts';

export interface EbpfBlocks {
  readonly session: string;
  /** Absolute; removed in the end. */
  readonly root: () => string;
  readonly agent: () => string;
  /** @param changed overwrites what the installation says */
  readonly optionsOf: (name: string, changed?: Readonly<Record<string, string>>) => BlockOptions;
}

/** To be called once in a file: all of its tests are skipped where the agent can not be used. */
export function useEbpf(): EbpfBlocks {
  const host = currentHost();
  const session = `live-ebpf-${process.pid}`;
  let root = '';
  let launcher = '';
  let installation: Readonly<Record<string, string>> = {};
  let missing: string | null = null;
  let lock: MachineLock | null = null;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'afterclose-ebpf-'));
    const setup = await setUpEbpf(host, () => undefined);
    const availability = await ebpf.probe(host);
    if (!availability.usable) {
      missing = `${host.isRoot ? 'ebpf' : 'root'} (${setup.line})`;
      return;
    }
    installation = availability.installation;
    launcher = (await buildLauncher({ host })).binary;
    lock = await lockMachine('traced', { onWait: () => undefined });
  });
  afterAll(async () => {
    await sweepSession(session);
    await ebpf.sweep(host);
    lock?.release();
    rmSync(root, { recursive: true, force: true });
  });
  beforeEach((context) => {
    if (missing !== null) context.skip(`missing: ${missing}`);
  });
  return {
    session,
    root: () => root,
    agent: () => installation['agent'] ?? '',
    optionsOf: (name, changed = {}) => ({
      session,
      directory: join(root, name),
      tracer: ebpf,
      installation: { ...installation, ...changed },
      launcher,
    }),
  };
}

export function shell(script: string, timeoutMs = 60_000): TracedProgram {
  return { argv: ['/bin/sh', '-c', script], timeoutMs };
}

export function lossesIn(events: readonly TraceEvent[]): readonly LossEvent[] {
  return events.filter((event) => event.kind === 'loss');
}
