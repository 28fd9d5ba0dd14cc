/** Tables put to the kernel under a tracer: one session with a run for each, and what it leaves. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildLauncher, buildVariant } from '../../../harness/go/build.ts';
import { findLocalGo } from '../../../harness/go/go-command.ts';
import { localToolchain } from '../../../harness/go/toolchain.ts';
import { currentHost } from '../../../harness/host.ts';
import { createProgress } from '../../../harness/output/progress.ts';
import type { Batch } from '../../../harness/run/batch.ts';
import { runBlock } from '../../../harness/run/block.ts';
import { lockMachine } from '../../../harness/run/locks.ts';
import { blockFileNames, claimsFile, outputFile } from '../../../harness/store/layout.ts';
import { createBlock } from '../../../harness/store/write.ts';
import type { Tracer } from '../../../harness/tracers/tracer.ts';
import { tracedSession, type Recording } from './judged-table.ts';
import { scriptOf } from './script.ts';
import type { Table } from './tables.ts';

/** @param directory absolute, empty or not there */
export async function recordTables(
  directory: string,
  tables: readonly Table[],
  tracer: Tracer,
): Promise<Recording> {
  const host = currentHost();
  const availability = await tracer.probe(host);
  if (!availability.usable) throw new Error(`${availability.what}: ${availability.why}`);
  const toolchain = localToolchain(await findLocalGo(host));
  const executor = await buildVariant({ scenario: 'bind-table', variant: 'executor', toolchain }, { host });
  const launcher = await buildLauncher({ host });
  await mkdir(directory, { recursive: true });
  const block = await createBlock(directory, 0, tracer.name);
  const lock = await lockMachine('traced', { onWait: () => undefined });
  try {
    const end = await runBlock({
      directory: block,
      tracer,
      installation: availability.installation,
      launcher: launcher.binary,
      batch: {
        schemaVersion: 1,
        session: tracedSession,
        records: join(block, blockFileNames.records),
        lifeline: join(block, blockFileNames.lifeline),
        runs: await Promise.all(
          tables.map(async (table) => runOf(table, executor.binary, { directory, block })),
        ),
      },
      runsBefore: 0,
      runsTotal: tables.length,
      progress: silent,
    });
    const stderr = await readFile(join(block, blockFileNames.tracerStderr), 'utf8');
    return {
      tracer,
      trace: join(block, rawTraceOf(tracer, block, availability.installation)),
      end: { exitCode: end.group.exitCode, signal: end.group.signal, stderr },
      runs: await Promise.all(tables.map(async ({ run }) => whatItLeft(run, { directory, block }))),
    };
  } finally {
    await tracer.sweep(host);
    lock.release();
  }
}

interface Places {
  readonly directory: string;
  readonly block: string;
}

async function runOf(table: Table, executor: string, at: Places): Promise<Batch['runs'][number]> {
  const { run, situations, portsOfEach } = table;
  const script = join(at.directory, `${run}.script.json`);
  await writeFile(script, scriptOf(situations, portsOfEach));
  return {
    run,
    argv: [executor, '-script', script, '-answers', join(at.directory, `${run}.answers.json`)],
    env: { AFTERCLOSE_CLAIMS: claimsFile(at.block, run), AFTERCLOSE_SESSION: tracedSession },
    directory: at.directory,
    stdout: outputFile(at.block, run, 'stdout'),
    stderr: outputFile(at.block, run, 'stderr'),
    timeoutMs: 100_000,
    graceMs: 2_000,
    network: 'private',
  };
}

async function whatItLeft(run: string, at: Places): Promise<Recording['runs'][number]> {
  const complaints = await readFile(outputFile(at.block, run, 'stderr'), 'utf8');
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as unknown;
  return {
    run,
    claims: await read(claimsFile(at.block, run)),
    answers: await read(join(at.directory, `${run}.answers.json`)),
    complaints,
  };
}

function rawTraceOf(
  tracer: Tracer,
  directory: string,
  installation: Readonly<Record<string, string>>,
): string {
  const { rawTrace } = tracer.command({ directory, launcher: [], installation });
  if (rawTrace === null) throw new Error(`${tracer.name} writes no trace`);
  return rawTrace;
}

const silent = createProgress(
  { write: () => undefined },
  { level: 'plain', canRewrite: false, now: () => 0 },
);
