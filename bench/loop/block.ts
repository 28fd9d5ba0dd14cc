/**
 * One tracer around one launcher, as harness/run/block.ts starts them, with the clock of the launcher's records at
 * both ends: that module looks after interruptions and progress in between, which would be measured too.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordSchema } from '../../harness/run/batch.ts';
import type { Batch, LauncherRecord, RunRecord } from '../../harness/run/batch.ts';
import { claimsSchema } from '../../harness/run/claims.ts';
import type { Claims } from '../../harness/run/claims.ts';
import { openLifeline } from '../../harness/run/lifeline.ts';
import { startGroup } from '../../harness/run/process-group.ts';
import { blockFileNames, claimsFile, outputFile } from '../../harness/store/layout.ts';
import { openTracerOutputs, writeBatch, writeInputs } from '../../harness/store/write.ts';
import type { BlockSpec, SpawnPlan } from '../../harness/tracers/tracer.ts';

export interface BlockRequest {
  /** Absolute; made here. */
  readonly directory: string;
  readonly launcher: string;
  readonly command: (spec: Pick<BlockSpec, 'directory' | 'launcher'>) => SpawnPlan;
  readonly runs: readonly (readonly string[])[];
  readonly network: 'private' | 'inherited';
}

export interface StartedBlock {
  /** Settles when the launcher has said hello, or all is over. */
  begun(): Promise<void>;
  /** Ends its runs. */
  cut(): void;
  readonly ended: Promise<TimedBlock>;
}

/** Times in ms. */
export interface TimedBlock {
  readonly directory: string;
  /** From the start of the tracer to the start of the first run. */
  readonly startMs: number;
  /** From the end of the last run to the end of the tracer. */
  readonly endMs: number;
  /** From the launcher's hello to its good-bye. */
  readonly batchMs: number;
  readonly runs: readonly RunRecord[];
  readonly claims: readonly Claims[];
  /** Absolute; null: it writes none. */
  readonly trace: string | null;
  readonly stderr: string;
}

const session = 'bench';

export async function startBlock(request: BlockRequest): Promise<StartedBlock> {
  const { directory, launcher } = request;
  for (const folder of [blockFileNames.claims, blockFileNames.output]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  const batch = batchOf(request);
  await writeBatch(directory, batch);
  const plan = request.command({ directory, launcher: [launcher, join(directory, blockFileNames.batch)] });
  await writeInputs(directory, plan.files);
  const lifeline = await openLifeline(batch.lifeline);
  const { stdout, stderr } = await openTracerOutputs(directory);
  const startedAt = process.hrtime.bigint();
  const group = await startGroup({
    argv: plan.argv,
    cwd: directory,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/',
      LC_ALL: 'C',
      ...plan.env,
      AFTERCLOSE_SESSION: session,
    },
    stdout: stdout.fd,
    stderr: stderr.fd,
  });
  let isOver = false;
  const ended = group.ended.then(async () => {
    const endedAt = process.hrtime.bigint();
    isOver = true;
    await Promise.all([stdout.close(), stderr.close(), lifeline.remove()]);
    return readBlock(request, plan, startedAt, endedAt);
  });
  return {
    begun: async () => {
      while (!isOver && (await readRecords(batch.records)).length === 0) await pause();
    },
    cut: () => lifeline.cut(),
    ended,
  };
}

async function readBlock(
  { directory, runs: wanted }: BlockRequest,
  { rawTrace }: SpawnPlan,
  startedAt: bigint,
  endedAt: bigint,
): Promise<TimedBlock> {
  const stderr = await readFile(join(directory, blockFileNames.tracerStderr), 'utf8');
  const records = await readRecords(join(directory, blockFileNames.records));
  const runs = records.filter((record) => record.kind === 'run');
  const [hello, bye] = [records[0], records.at(-1)];
  const [first, last] = [runs[0], runs.at(-1)];
  const isWhole = hello?.kind === 'launcher' && bye?.kind === 'end' && runs.length === wanted.length;
  if (!isWhole || first === undefined || last === undefined) {
    throw new Error(`${runs.length} of ${wanted.length} runs were done: ${stderr.slice(-500)}`);
  }
  return {
    directory,
    startMs: ms(BigInt(first.startedAt) - startedAt),
    endMs: ms(endedAt - BigInt(last.endedAt)),
    batchMs: ms(BigInt(bye.at) - BigInt(hello.at)),
    runs,
    claims: await readClaims(directory, runs),
    trace: rawTrace === null ? null : join(directory, rawTrace),
    stderr,
  };
}

function batchOf({ directory, runs, network }: BlockRequest): Batch {
  return {
    schemaVersion: 1,
    session,
    records: join(directory, blockFileNames.records),
    lifeline: join(directory, blockFileNames.lifeline),
    runs: runs.map((argv, index) => {
      const run = String(index + 1).padStart(4, '0');
      return {
        run,
        argv: [...argv],
        env: { AFTERCLOSE_CLAIMS: claimsFile(directory, run), AFTERCLOSE_SESSION: session },
        directory,
        stdout: outputFile(directory, run, 'stdout'),
        stderr: outputFile(directory, run, 'stderr'),
        timeoutMs: 300_000,
        graceMs: 500,
        network,
      };
    }),
  };
}

/** A bench of runs that went wrong would be worthless; one that was told to end has made no claims. */
async function readClaims(directory: string, runs: readonly RunRecord[]): Promise<Claims[]> {
  const made: Claims[] = [];
  for (const { run, ended, exitCode, error } of runs) {
    if (ended === 'stopped') continue;
    if (exitCode !== 0) throw new Error(`run ${run} in ${directory} ended with ${exitCode}: ${error}`);
    made.push(claimsSchema.parse(JSON.parse(await readFile(claimsFile(directory, run), 'utf8'))));
  }
  return made;
}

async function readRecords(file: string): Promise<LauncherRecord[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => recordSchema.parse(JSON.parse(line)));
}

export function runMs({ startedAt, endedAt }: RunRecord): number {
  return ms(BigInt(endedAt) - BigInt(startedAt));
}

function ms(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
