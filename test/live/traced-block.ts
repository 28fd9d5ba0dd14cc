/** A block of runs under a tracer, as a session does it, in a directory of its own; and what became of it. */
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordSchema } from '../../harness/run/batch.ts';
import type { RunRecord } from '../../harness/run/batch.ts';
import { runBlock } from '../../harness/run/block.ts';
import type { BlockEnd } from '../../harness/run/block.ts';
import { blockFileNames } from '../../harness/store/layout.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { BlockAnalysis, ClaimsValue } from '../../src/verdict/analysis.ts';

export interface TracedProgram {
  readonly argv: readonly string[];
  readonly timeoutMs?: number;
}

export interface TracedBlock {
  readonly directory: string;
  readonly ended: Promise<BlockEnd>;
  /** The text of a file of the block; empty while it is not there. */
  read(...path: readonly string[]): string;
  records(): readonly RunRecord[];
  /** The raw trace, absolute. */
  readonly trace: string;
}

export interface BlockOptions {
  readonly session: string;
  /** Made here. */
  readonly directory: string;
  readonly tracer: Tracer;
  readonly installation: Readonly<Record<string, string>>;
  readonly launcher: string;
}

export function startBlock(options: BlockOptions, programs: readonly TracedProgram[]): TracedBlock {
  const { session, directory, tracer, installation, launcher } = options;
  for (const folder of ['claims', 'output']) mkdirSync(join(directory, folder), { recursive: true });
  const name = (index: number): string => String(index + 1).padStart(4, '0');
  const ended = runBlock({
    directory,
    tracer,
    installation,
    launcher,
    runsBefore: 0,
    runsTotal: programs.length,
    progress: { say: idle, detail: idle, show: idle, clear: idle },
    batch: {
      schemaVersion: 1,
      session,
      records: join(directory, blockFileNames.records),
      lifeline: join(directory, blockFileNames.lifeline),
      runs: programs.map(({ argv, timeoutMs = 60_000 }, index) => ({
        run: name(index),
        argv: [...argv],
        env: {
          AFTERCLOSE_CLAIMS: join(directory, 'claims', `${name(index)}.json`),
          AFTERCLOSE_SESSION: session,
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        },
        directory,
        stdout: join(directory, 'output', `${name(index)}.stdout`),
        stderr: join(directory, 'output', `${name(index)}.stderr`),
        timeoutMs,
        graceMs: 300,
        network: 'private',
      })),
    },
  });
  const read = (...path: readonly string[]): string => {
    const file = join(directory, ...path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const records = (): RunRecord[] =>
    read(blockFileNames.records)
      .split('\n')
      .slice(0, -1)
      .map((line) => recordSchema.parse(JSON.parse(line)))
      .filter((record) => record.kind === 'run');
  const { rawTrace } = tracer.command({ directory, launcher: [launcher], installation });
  return { directory, ended, read, records, trace: join(directory, rawTrace ?? '') };
}

export async function eventsOf(tracer: Tracer, { trace }: TracedBlock): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  if (!existsSync(trace)) return events;
  for await (const batch of tracer.decode(createReadStream(trace))) events.push(...batch);
  return events;
}

/** With the program's own word where it left one. */
export async function judgeBlock(
  { session, tracer }: BlockOptions,
  block: TracedBlock,
  end: BlockEnd,
): Promise<BlockAnalysis> {
  const claims = (run: string): ClaimsValue | null =>
    JSON.parse(block.read('claims', `${run}.json`) || 'null') as ClaimsValue | null;
  return analyzeBlock(tracer.decode(createReadStream(block.trace)), {
    session,
    evidence: 'trace',
    closeReleasesInCall: true,
    losses: tracer.health({ ...end.group, stderr: block.read(blockFileNames.tracerStderr) }),
    doubts: [],
    runs: block.records().map(({ run, pid, network, exitCode, signal, ended, error }) => ({
      run,
      pid,
      isolated: network === 'private',
      ended: { exitCode, signal, by: ended ?? 'itself', error },
      claims: claims(run),
      claimsExpected: claims(run) !== null,
    })),
  });
}

const idle = (): void => undefined;
