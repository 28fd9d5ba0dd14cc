/**
 * A session: the plan is saved, its blocks are run one after another, and however it ends, nothing of it is left
 * running and what was seen is on disk with its fingerprint. Judging comes after, from the disk.
 */
import { constants } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Progress } from '../output/progress.ts';
import { blockFileNames, claimsFile, outputFile } from '../store/layout.ts';
import type { PortHolder, SessionEnd, SessionFile } from '../store/session-file.ts';
import { createBlock, createSession, replacePlan, writeEnd, writePortHolders } from '../store/write.ts';
import type { Host, OwnRights, Tracer } from '../tracers/tracer.ts';
import type { Batch } from './batch.ts';
import { runBlock } from './block.ts';
import type { BlockEnd } from './block.ts';
import { whyBroken } from './broken-block.ts';
import { interruptedBy, interruption } from './interruption.ts';
import { lockMachine } from './locks.ts';
import { lookForHolders } from './port-holders.ts';
import type { PortPair } from './ports.ts';
import { sweepSession } from './process-group.ts';

export interface SessionRequest {
  /** Absolute; must not exist or be empty. */
  readonly directory: string;
  readonly plan: SessionFile;
  /** By arm. */
  readonly programs: readonly RunnableProgram[];
  /**
   * Told how long the warm-up took, before the first counted run; returns the plan with all its blocks, of which the
   * warm-up is the beginning. None if left out: the plan is whole from the start.
   */
  readonly afterWarmUp?: (took: readonly BlockTime[]) => SessionFile;
  /** The launcher's binary, absolute. */
  readonly launcher: string;
  /** Every tracer that the plan's blocks name, as their companion too. */
  readonly tracers: ReadonlyMap<string, UsableTracer>;
  readonly network: 'private' | 'inherited';
  /** The start of a block's command line, see network.ts, where its tracer can run in a user namespace; none if left out. */
  readonly enter?: readonly string[];
  /** Ports of the machine that the runs share: who else holds them is saved. */
  readonly sharedPorts?: PortPair;
  readonly host: Host;
  readonly progress: Progress;
}

export interface UsableTracer {
  readonly tracer: Tracer;
  readonly installation: Readonly<Record<string, string>>;
  /** See tracer.ts. */
  readonly ownRights?: OwnRights;
}

export interface RunnableProgram {
  /** Absolute path. */
  readonly file: string;
  /** Null: the directory of the block. */
  readonly directory: string | null;
  /** Null: where it writes its claims, and nothing else. */
  readonly env: Readonly<Record<string, string>> | null;
}

/** How long a block took. */
export interface BlockTime {
  readonly tracer: string;
  /** From the start of its tracer to its end. */
  readonly wallMs: number;
  /** Of it, the runs. */
  readonly runsMs: number;
}

/** @throws HarnessError only where nothing could be saved; every other end is returned, and saved in end.json */
export async function runSession(request: SessionRequest): Promise<SessionEnd> {
  await createSession(request.directory, request.plan);
  interruption.addEventListener('abort', () => announceInterruption(request.progress), { once: true });
  let ended: SessionEnd;
  try {
    ended = await runBlocks(request);
  } catch (error) {
    await sweep(request);
    // A signal explains whatever failed after it.
    const signal = interruptedBy();
    if (signal === null) {
      ended = { how: 'failed', exitCode: exitCodeOf(error), text: textOf(error) };
      await writeEnd(request.directory, request.plan.session, ended, new Date()).catch(() => undefined);
      throw error;
    }
    ended = endedBy(signal);
  }
  request.progress.clear();
  await writeEnd(request.directory, request.plan.session, ended, new Date());
  return ended;
}

async function runBlocks(request: SessionRequest): Promise<SessionEnd> {
  const { afterWarmUp } = request;
  const took: BlockTime[] = [];
  let { plan } = request;
  let runsBefore = 0;
  for (let index = 0; interruptedBy() === null; index++) {
    const isWarmedUp = took.length === index && plan.blocks[index]?.purpose !== 'warm-up';
    if (isWarmedUp && afterWarmUp !== undefined) {
      plan = afterWarmUp(took);
      await replacePlan(request.directory, plan);
    }
    const block = plan.blocks[index];
    if (block === undefined) return { how: 'done' };
    const end = await runOne({ ...request, plan }, index, runsBefore);
    if (block.purpose === 'warm-up') took.push({ tracer: block.tracer, ...end.time });
    runsBefore += block.runs.length;
    const reason = interruptedBy() !== null ? null : whyBroken(end, block);
    if (reason !== null) return reason;
  }
  return endedBy(interruptedBy() ?? 'SIGINT');
}

type TimedEnd = BlockEnd & { readonly time: Omit<BlockTime, 'tracer'> };

async function runOne(request: SessionRequest, index: number, runsBefore: number): Promise<TimedEnd> {
  const { plan } = request;
  const block = plan.blocks[index];
  const tracerName = block?.tracer ?? '';
  const usable = usableTracer(request, tracerName);
  const companion = block?.companion ?? null;
  const directory = await createBlock(request.directory, index, tracerName);
  const use = usable.tracer.evidence === 'claims' ? 'untraced' : 'traced';
  const lock = await lockMachine(use, { onWait: (holders) => announceWait(request.progress, holders) });
  const startedAt = performance.now();
  let end: BlockEnd;
  let before: readonly PortHolder[] = [];
  try {
    before = await saveHoldersBefore(request, directory);
    end = await runBlock({
      directory,
      ...usable,
      ...(companion === null ? {} : { companion: usableTracer(request, companion.tracer) }),
      launcher: request.launcher,
      batch: batchOf(request, directory, index),
      ...(request.enter === undefined || usable.ownRights !== undefined ? {} : { enter: request.enter }),
      runsBefore,
      runsTotal: plan.blocks.reduce((sum, each) => sum + each.runs.length, 0),
      progress: request.progress,
    });
  } finally {
    await sweep(request);
    lock.release();
  }
  const wallMs = performance.now() - startedAt;
  await saveHoldersAfter(request, directory, before);
  return { ...end, time: { wallMs, runsMs: end.seen.runsMs } };
}

function usableTracer({ tracers }: SessionRequest, name: string): UsableTracer {
  const usable = tracers.get(name);
  if (usable === undefined) throw new RangeError(`the plan names an unknown tracer ${name}`);
  return usable;
}

/** Before and after, while no process of the session exists: whoever holds a port then is somebody else. */
async function saveHoldersBefore(request: SessionRequest, directory: string): Promise<readonly PortHolder[]> {
  const { sharedPorts, plan } = request;
  if (sharedPorts === undefined) return [];
  const before = lookForHolders(plan.network, sharedPorts);
  await writePortHolders(directory, { before: [...before], after: null });
  return before;
}

async function saveHoldersAfter(
  request: SessionRequest,
  directory: string,
  before: readonly PortHolder[],
): Promise<void> {
  const { sharedPorts, plan } = request;
  if (sharedPorts === undefined) return;
  const after = lookForHolders(plan.network, sharedPorts);
  await writePortHolders(directory, { before: [...before], after });
}

function batchOf(request: SessionRequest, directory: string, index: number): Batch {
  const { plan } = request;
  return {
    schemaVersion: 1,
    session: plan.session,
    records: join(directory, blockFileNames.records),
    lifeline: join(directory, blockFileNames.lifeline),
    runs: (plan.blocks[index]?.runs ?? []).map(({ run, arm }) => {
      const program = request.programs[arm];
      const own = program?.env ?? { AFTERCLOSE_CLAIMS: claimsFile(directory, run) };
      return {
        run,
        argv: [program?.file ?? '', ...(plan.arms[arm]?.arguments ?? [])],
        env: { ...own, AFTERCLOSE_SESSION: plan.session },
        directory: program?.directory ?? directory,
        stdout: outputFile(directory, run, 'stdout'),
        stderr: outputFile(directory, run, 'stderr'),
        timeoutMs: plan.arms[arm]?.timeoutMs ?? runTimeoutMs(plan.cyclesPerRun),
        graceMs: 2_000,
        network: request.network,
      };
    }),
  };
}

/** Generous, since it only ends hangs: a cycle takes far below a millisecond, also under a tracer. */
function runTimeoutMs(cycles: number): number {
  return 30_000 + cycles * 20;
}

/** Nothing of the session may outlive its block, not even where the tracer or the launcher was killed. */
async function sweep(request: SessionRequest): Promise<void> {
  const killed = await sweepSession(request.plan.session);
  if (killed.length > 0) request.progress.detail(`ended ${killed.length} processes that were left behind`);
  for (const { tracer } of request.tracers.values()) await tracer.sweep(request.host);
}

function endedBy(signal: NodeJS.Signals): SessionEnd {
  return { how: 'interrupted', signal, signalNumber: constants.signals[signal] };
}

function announceWait(progress: Progress, holders: readonly string[]): void {
  const who = holders.length > 0 ? holders.join(', ') : 'another session';
  progress.say(`waiting for ${who}: untraced runs and tracers disturb each other`);
}

function announceInterruption(progress: Progress): void {
  progress.say(
    `${interruptedBy() ?? 'interrupted'}: ending the runs and the tracer, saving what there is (once more: at once)`,
  );
}

function exitCodeOf(error: unknown): number {
  return error instanceof HarnessError ? error.exitCode : exitCodes.inconclusive;
}

function textOf(error: unknown): string {
  return error instanceof HarnessError ? `${error.what}: ${error.why}` : String(error);
}
