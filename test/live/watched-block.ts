/** A block of runs under one tracer, as a session makes it: started, read, judged. */
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordSchema } from '../../harness/run/batch.ts';
import type { RunRecord } from '../../harness/run/batch.ts';
import { runBlock } from '../../harness/run/block.ts';
import type { BlockEnd } from '../../harness/run/block.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { ClaimsValue } from '../../src/verdict/claims.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { BlockAnalysis } from '../../src/verdict/analysis.ts';

export interface Program {
  readonly argv: readonly string[];
  readonly timeoutMs?: number;
}

export interface BlockRequest {
  /** Absolute; made here. */
  readonly directory: string;
  readonly session: string;
  readonly tracer: Tracer;
  readonly installation: Readonly<Record<string, string>>;
  readonly launcher: string;
  /** Of network.ts. */
  readonly network: { readonly kind: 'private' | 'inherited'; readonly enter: readonly string[] };
  readonly programs: readonly Program[];
}

export interface WatchedBlock extends BlockRequest {
  readonly ended: Promise<BlockEnd>;
  /** The text of a file of the block; empty while it is not there. */
  read(...path: readonly string[]): string;
}

export function startBlock(request: BlockRequest): WatchedBlock {
  const { directory, session, tracer, installation, launcher, network, programs } = request;
  for (const folder of ['claims', 'output']) mkdirSync(join(directory, folder), { recursive: true });
  const ended = runBlock({
    directory,
    tracer,
    installation,
    launcher,
    enter: network.enter,
    runsBefore: 0,
    runsTotal: programs.length,
    progress: idle,
    batch: {
      schemaVersion: 1,
      session,
      records: join(directory, 'records.ndjson'),
      lifeline: join(directory, 'lifeline'),
      runs: programs.map(({ argv, timeoutMs = 60_000 }, index) => ({
        run: runName(index),
        argv: [...argv],
        env: {
          AFTERCLOSE_CLAIMS: join(directory, 'claims', `${runName(index)}.json`),
          AFTERCLOSE_SESSION: session,
          PATH: '/usr/bin:/bin',
        },
        directory,
        stdout: join(directory, 'output', `${runName(index)}.stdout`),
        stderr: join(directory, 'output', `${runName(index)}.stderr`),
        timeoutMs,
        graceMs: 500,
        network: network.kind,
      })),
    },
  });
  const read = (...path: readonly string[]): string => {
    const file = join(directory, ...path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  return { ...request, ended, read };
}

export function recordsOf(block: WatchedBlock): readonly RunRecord[] {
  return block
    .read('records.ndjson')
    .split('\n')
    .slice(0, -1)
    .map((line) => recordSchema.parse(JSON.parse(line)))
    .filter((record) => record.kind === 'run');
}

/** Absolute; null where the tracer left none. */
export function traceOf({ directory, tracer, installation, launcher }: WatchedBlock): string | null {
  const { rawTrace } = tracer.command({ directory, launcher: [launcher], installation });
  const file = rawTrace === null ? null : join(directory, rawTrace);
  return file !== null && existsSync(file) ? file : null;
}

/** A program that left no claims is judged by the trace alone. */
export async function judgeBlock(block: WatchedBlock, end: BlockEnd): Promise<BlockAnalysis> {
  const { tracer, session } = block;
  return analyzeBlock(tracer.decode(createReadStream(traceOf(block) ?? '/dev/null')), {
    session,
    evidence: 'trace',
    closeReleasesInCall: true,
    losses: tracer.health({ ...end.group, stderr: block.read('tracer.stderr') }),
    doubts: [],
    runs: recordsOf(block).map((record) => ({
      run: record.run,
      pid: record.pid,
      isolated: record.network === 'private',
      ended: {
        exitCode: record.exitCode,
        signal: record.signal,
        by: record.ended ?? 'itself',
        error: record.error,
      },
      ...claimsOf(block, record.run),
    })),
  });
}

function claimsOf(
  block: WatchedBlock,
  run: string,
): { readonly claims: ClaimsValue | null; readonly claimsExpected: boolean } {
  const text = block.read('claims', `${run}.json`);
  if (text === '') return { claims: null, claimsExpected: false };
  return { claims: JSON.parse(text) as ClaimsValue, claimsExpected: true };
}

const runName = (index: number): string => `000${index + 1}`;
const idle = { say: () => undefined, detail: () => undefined, show: () => undefined, clear: () => undefined };
