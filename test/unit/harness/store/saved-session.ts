/** A tiny saved session, made by the store itself, for tests that read, move and damage it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Claims } from '../../../../harness/run/claims.ts';
import type { RunRecord } from '../../../../harness/run/batch.ts';
import { blockFileNames, claimsFile, outputFile } from '../../../../harness/store/layout.ts';
import type { SessionFile } from '../../../../harness/store/session-file.ts';
import { createBlock, createSession, writeEnd, writeTracerFile } from '../../../../harness/store/write.ts';

export const session: SessionFile = {
  schemaVersion: 1,
  session: '20260101T000000-abcdef',
  program: 'afterclose 0.1.0',
  command: 'afterclose repro --tracer none --runs 2 --cycles 3',
  startedAt: '2026-01-01T00:00:00.000Z',
  seed: 'seed',
  scenario: 'udp-reconnect',
  tracerRequested: 'none',
  tracer: 'none',
  tracerVersion: null,
  question: { kind: 'repro' },
  machine: null,
  runsPerArm: 2,
  shard: null,
  warmUpRuns: 0,
  cyclesPerRun: 3,
  network: 'udp4',
  kernel: 'Linux 6.1',
  binaries: [{ variant: 'unfixed', toolchain: 'go1.9.7', goVersion: 'go1.9.7', sha256: 'a'.repeat(64) }],
  arms: [
    {
      variant: 'unfixed',
      toolchain: 'go1.9.7',
      tracer: 'none',
      expected: null,
      role: null,
      arguments: ['-cycles', '3'],
      claims: 'made',
      timeoutMs: null,
    },
  ],
  blocks: [
    {
      tracer: 'none',
      companion: null,
      purpose: 'counted',
      runs: [
        { run: '0001', arm: 0 },
        { run: '0002', arm: 0 },
      ],
    },
  ],
};

export const claims: Claims = {
  schemaVersion: 1,
  scenario: 'udp-reconnect',
  variant: 'unfixed',
  goVersion: 'go1.9.7',
  network: 'udp4',
  pid: 100,
  cycles: 3,
  binds: 6,
  closes: 6,
  addressInUse: 2,
  addressInUseAt: [{ cycle: 2, address: '127.0.0.1:3001' }],
  marks: 20,
  errors: [],
};

export const record: RunRecord = {
  kind: 'run',
  run: '0001',
  pid: 100,
  startedAt: '1000',
  endedAt: '2000',
  exitCode: 0,
  signal: null,
  ended: null,
  killedWith: null,
  network: 'private',
  stragglers: 0,
  error: null,
};

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** @returns the session's directory and that of its one block */
export async function saveSession(): Promise<{ directory: string; block: string }> {
  const directory = join(await temporaryDirectory(), 'session');
  await createSession(directory, session);
  const block = await createBlock(directory, 0, 'none');
  await writeTracerFile(block, {
    rawTrace: null,
    companionTrace: null,
    ended: { exitCode: 0, signal: null },
  });
  const lines = [
    {
      kind: 'launcher',
      schemaVersion: 1,
      session: session.session,
      pid: 99,
      goVersion: 'go1.21.0',
      kernel: 'Linux 6.1',
      subreaper: true,
      at: '900',
    },
    record,
    { ...record, run: '0002', pid: 101 },
    { kind: 'end', runs: 2, reason: 'done', at: '3000' },
  ];
  await writeFile(
    join(block, blockFileNames.records),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  for (const [run, pid] of [
    ['0001', 100],
    ['0002', 101],
  ] as const) {
    await writeFile(claimsFile(block, run), JSON.stringify({ ...claims, pid }));
    await writeFile(outputFile(block, run, 'stdout'), '');
  }
  await writeEnd(directory, session.session, { how: 'done' }, new Date(0));
  return { directory, block };
}
