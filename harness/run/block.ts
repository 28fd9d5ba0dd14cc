/** One block: one tracer process (or none) around one launcher that does the block's runs one after another. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../output/progress.ts';
import { formatRunsDone } from '../output/progress.ts';
import { blockFileNames } from '../store/layout.ts';
import type { TracerFile } from '../store/session-file.ts';
import { openTracerOutputs, removeInputs, writeBatch, writeInputs, writeTracerFile } from '../store/write.ts';
import type { SpawnPlan, Tracer } from '../tracers/tracer.ts';
import type { Batch } from './batch.ts';
import { interruption } from './interruption.ts';
import { launcherEnd } from './launcher-end.ts';
import { openLifeline } from './lifeline.ts';
import type { Lifeline } from './lifeline.ts';
import { startGroup } from './process-group.ts';
import type { GroupEnd, ProcessGroup } from './process-group.ts';
import { readRunsSeen } from './runs-seen.ts';
import type { RunsSeen } from './runs-seen.ts';

export interface BlockRequest {
  /** Absolute, made by the store. */
  readonly directory: string;
  readonly tracer: Tracer;
  readonly installation: Readonly<Record<string, string>>;
  /** A tracer that is a launcher itself, and stands in the launcher's place: it watches the same runs. */
  readonly companion?: Pick<BlockRequest, 'tracer' | 'installation'>;
  /** The launcher's binary, absolute. */
  readonly launcher: string;
  readonly batch: Batch;
  /** The start of the command line, see network.ts. */
  readonly enter?: readonly string[];
  /** Runs of earlier blocks, and of the whole session: for the progress. */
  readonly runsBefore: number;
  readonly runsTotal: number;
  readonly progress: Progress;
}

export interface BlockEnd {
  readonly seen: RunsSeen;
  readonly group: GroupEnd;
  /** It made no progress for longer than its runs may take, and was ended. */
  readonly stalled: boolean;
}

export async function runBlock(request: BlockRequest): Promise<BlockEnd> {
  const { directory } = request;
  await writeBatch(directory, request.batch);
  const { plan, traces } = spawnPlan(request);
  await writeInputs(directory, plan.files);
  await writeTracerFile(directory, { ...traces, ended: null });
  const lifeline = await openLifeline(request.batch.lifeline);
  try {
    const group = await startTracer(request, [...(request.enter ?? []), ...plan.argv], plan.env);
    const stalled = await follow(request, group, lifeline);
    const end = await group.ended;
    lifeline.cut();
    await launcherEnd(request.batch.records, launcherEndMs);
    await writeTracerFile(directory, {
      ...traces,
      ended: { exitCode: end.exitCode, signal: end.signal },
    });
    await removeInputs(directory, plan.files);
    return { seen: await readRunsSeen(request.batch.records), group: end, stalled };
  } finally {
    await lifeline.remove();
  }
}

/** The tracer around the launcher, or around the companion that does the launcher's work. */
function spawnPlan({ directory, tracer, installation, companion, launcher }: BlockRequest): {
  readonly plan: SpawnPlan;
  readonly traces: Omit<TracerFile, 'schemaVersion' | 'ended'>;
} {
  const own = [launcher, join(directory, blockFileNames.batch)];
  const inner = companion?.tracer.command({ ...companion, directory, launcher: own });
  const outer = tracer.command({ directory, launcher: inner?.argv ?? own, installation });
  return {
    plan: {
      ...outer,
      env: { ...inner?.env, ...outer.env },
      files: [...(inner?.files ?? []), ...outer.files],
    },
    traces: { rawTrace: outer.rawTrace, companionTrace: inner?.rawTrace ?? null },
  };
}

async function startTracer(
  request: BlockRequest,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProcessGroup> {
  const { stdout, stderr } = await openTracerOutputs(request.directory);
  try {
    return await startGroup({
      argv,
      cwd: request.directory,
      env: { ...tracerEnvironment(), ...env, AFTERCLOSE_SESSION: request.batch.session },
      stdout: stdout.fd,
      stderr: stderr.fd,
      graceMs: tracerGraceMs,
      endedOnInterruptionBy: 'owner',
    });
  } finally {
    await stdout.close();
    await stderr.close();
  }
}

/**
 * Watches until the tracer's first process is gone. An interruption or a stall first cuts the lifeline, so that
 * the launcher ends its runs and the tracer can end in order, and then ends the group.
 * @returns whether it stalled
 */
async function follow(request: BlockRequest, group: ProcessGroup, lifeline: Lifeline): Promise<boolean> {
  const ended = group.ended.then(() => 'ended' as const);
  const startedAt = performance.now();
  let progressedAt = startedAt;
  let before: RunsSeen = { launcher: null, runsDone: 0, runsMs: 0, hasEnded: false };
  for (;;) {
    if ((await Promise.race([ended, pollPause()])) === 'ended') return false;
    const seen = await readRunsSeen(request.batch.records);
    if (
      seen.runsDone !== before.runsDone ||
      seen.launcher !== before.launcher ||
      seen.hasEnded !== before.hasEnded
    ) {
      progressedAt = performance.now();
    }
    before = seen;
    showProgress(request, seen, performance.now() - startedAt);
    const stalled = performance.now() - progressedAt > patienceMs(request.batch);
    if (!stalled && !interruption.aborted) continue;
    lifeline.cut();
    if ((await Promise.race([ended, sleep(orderlyEndMs, 'late' as const, { ref: false })])) === 'late')
      await group.end();
    return stalled;
  }
}

/** Wakes early when a signal comes, so that Ctrl-C is answered at once. */
async function pollPause(): Promise<'pause'> {
  if (interruption.aborted) return 'pause';
  return sleep(pollMs, 'pause' as const, { signal: interruption }).catch(() => 'pause' as const);
}

function showProgress(request: BlockRequest, seen: RunsSeen, elapsedMs: number): void {
  const name = request.tracer.name === 'none' ? 'untraced' : request.tracer.name;
  const runs = request.batch.runs.length;
  if (seen.launcher === null) request.progress.show(`${name}: starting`);
  else if (seen.runsDone >= runs)
    request.progress.show(`${name}: all ${runs} runs done, the tracer is ending`);
  else {
    const all = `${request.runsBefore + seen.runsDone} of ${request.runsTotal} in all`;
    request.progress.show(`${name}: ${formatRunsDone(seen.runsDone, runs, elapsedMs)} (${all})`);
  }
}

/** The tracer and the launcher get what any program needs; the runs get nothing of it (batch.json). */
function tracerEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR'];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}

/** No run may take longer than its timeout; starting and detaching a tracer takes seconds (DTrace up to 7). */
function patienceMs({ runs }: Batch): number {
  return runs.reduce((most, run) => Math.max(most, run.timeoutMs + run.graceMs), 0) + 60_000;
}

const pollMs = 100;
const launcherEndMs = 4_000;
/** After the lifeline was cut: the launcher's own grace, and the tracer's detaching. */
const orderlyEndMs = 20_000;
/** A target of a killed dtrace stays stopped for 1-3 s and reacts to nothing but SIGKILL meanwhile. */
const tracerGraceMs = 5_000;
