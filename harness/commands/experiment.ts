/** What `repro`, `releases`, `compare` and `gate` have in common: build, plan, run, save, and judge what was saved. */
import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { untraced } from '../../src/experiment/plan.ts';
import type { Shard } from '../../src/experiment/shard.ts';
import { renderJson } from '../../src/report/json.ts';
import type { Question } from '../../src/report/question.ts';
import type { Report } from '../../src/report/report.ts';
import { HarnessError } from '../errors.ts';
import { decideExitCode, exitCodes } from '../exit-codes.ts';
import type { Progress } from '../output/progress.ts';
import { buildLauncher } from '../go/build.ts';
import { runSession } from '../run/session.ts';
import type { BlockTime } from '../run/session.ts';
import { shardFileName } from '../shards/shard-file.ts';
import { describeShard } from '../shards/write-shard.ts';
import { defaultSessionDirectory } from '../store/layout.ts';
import type { SessionFile } from '../store/session-file.ts';
import { checkIsFree, writePieces, writeReport } from '../store/write.ts';
import type { CrossCheck } from './companion-choice.ts';
import type { CommandContext } from './context.ts';
import { estimateMs, planExperiment, runnablePrograms, runsWithin } from './experiment-plan.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { commandLine, progressFor } from './options.ts';
import { judgeUntilSignal } from './judging.ts';
import { describePrice } from './price.ts';
import { openReportersFor, type ReportOptions } from './report-options.ts';
import { chooseShard } from './shard-option.ts';
import type { ShardOptions } from './shard-option.ts';
import { chooseTracers } from './experiment-tracers.ts';
import { findPlace } from './session-place.ts';
import type { PlaceOptions } from './session-place.ts';
import { buildPrograms } from './wanted-arms.ts';
import type { WantedArm } from './wanted-arms.ts';

export interface Experiment {
  readonly question: Question;
  readonly scenario: string;
  /** In the order in which they are shown. */
  readonly wanted: readonly WantedArm[];
  readonly beside: ExperimentPlan['beside'];
  /** Tried before all others where none was asked for by name. */
  readonly preferredTracer?: string;
  /** Left out: nobody checks what the tracers say. */
  readonly crossCheck?: CrossCheck;
  /** Of every arm, or as many as fit into a time; the latter takes a warm-up. */
  readonly runs: number | { readonly budgetMs: number };
  readonly warmUpRuns: number;
  readonly cyclesPerRun: number;
  /** The rate of a race that is to be seen with 95 %; null: nobody asked. */
  readonly detect: number | null;
  /** Throws where the plan is not to be run, before anything is. */
  readonly refuse?: (plan: SessionFile) => void;
}

export interface ExperimentOptions extends ReportOptions, PlaceOptions, ShardOptions {
  readonly seed?: string;
  readonly out?: string;
}

export interface Told {
  readonly report: Report;
  /** The report's, or that of a reporter that could not tell it. */
  readonly exitCode: number;
}

/** Runs it, and tells what came out. */
export async function runExperiment(
  context: CommandContext,
  experiment: Experiment,
  options: ExperimentOptions,
): Promise<Told> {
  const started = await startSession(experiment, options);
  const reporters = await openReportersFor(options, context);
  const report = await conduct(context, { experiment, options, started });
  const told = await reporters.tell(report, shortPath(started.directory));
  return { report, exitCode: decideExitCode([report.exitCode, told]) };
}

/** Runs it, for a command that tells what came out of several. */
export async function conductExperiment(
  context: CommandContext,
  experiment: Experiment,
  options: ExperimentOptions,
): Promise<Report> {
  return conduct(context, { experiment, options, started: await startSession(experiment, options) });
}

interface StartedSession {
  readonly session: string;
  readonly startedAt: Date;
  /** Absolute. */
  readonly directory: string;
  /** Null: all of it. */
  readonly shard: Shard | null;
}

async function startSession({ runs }: Experiment, options: ExperimentOptions): Promise<StartedSession> {
  const shard = chooseShard(options, process.env);
  if (shard !== null && typeof runs !== 'number') throw budgetOfShard();
  const startedAt = new Date();
  const session = newSessionId(startedAt);
  const directory = resolve(options.out ?? defaultSessionDirectory(process.cwd(), session));
  await checkIsFree(directory);
  return { session, startedAt, directory, shard };
}

interface ConductRequest {
  readonly experiment: Experiment;
  readonly options: ExperimentOptions;
  readonly started: StartedSession;
}

async function conduct(
  context: CommandContext,
  { experiment, options, started }: ConductRequest,
): Promise<Report> {
  const { session, startedAt, directory, shard } = started;
  const progress = progressFor(options);
  const { host } = context;
  const { chosen, companion, usable } = await chooseTracers(experiment, host, progress);
  const building = { host, onProgress: (line: string) => progress.say(line) };
  const programs = await buildPrograms(experiment.wanted, building);
  const launcher = await buildLauncher(building);
  const isOwn = programs.every(({ target }) => target !== null);
  const place = await findPlace(options, isOwn ? 'own' : 'two-ports', usable.values(), progress);
  try {
    const { scenario, question, warmUpRuns, cyclesPerRun, runs } = experiment;
    const seed = options.seed ?? randomBytes(4).toString('hex');
    const request: ExperimentPlan = {
      session,
      program: `afterclose ${context.version}`,
      command: commandLine(context.words),
      startedAt,
      seed,
      scenario,
      question,
      beside: experiment.beside,
      shard,
      runsPerArm: typeof runs === 'number' ? runs : null,
      warmUpRuns,
      cyclesPerRun,
      network: options.network,
      // Looked at once: the plan that follows the warm-up would find its load, and call it that of others.
      machine: { loadAverage: loadavg()[0] ?? 0, cpus: cpus().length },
      ports: place.ports,
      companion,
      arms: experiment.wanted.map(({ tracer, role }, index) => ({
        program: programs[index] ?? missingProgram(),
        tracer: chosen.get(tracer) ?? missingProgram(),
        role,
      })),
    };
    const plan = planExperiment(request);
    experiment.refuse?.(plan);
    const part = shard === null ? '' : `, shard ${shard.index} of ${shard.of}`;
    progress.say(`session ${session}, seed ${seed}${part}: ${describe(plan.blocks)}`);
    const ended = await runSession({
      directory,
      plan,
      programs: runnablePrograms(plan, programs),
      ...(warmUpRuns === 0 ? {} : { afterWarmUp: fixRuns(experiment, request, progress) }),
      launcher: launcher.binary,
      tracers: usable,
      ...place.request,
      host,
      progress,
    });
    if (ended.how === 'failed') progress.say(`the session broke off: ${ended.text}`);
  } finally {
    place.release();
  }
  return judge(directory, progress);
}

/** The number of runs is decided here, before the first of them, and never again. */
function fixRuns(
  { runs, detect, wanted }: Experiment,
  request: ExperimentPlan,
  progress: Progress,
): (took: readonly BlockTime[]) => SessionFile {
  return (took) => {
    const whole = planExperiment({ ...request, shard: null, runsPerArm: 2 });
    const runsPerArm = typeof runs === 'number' ? runs : runsWithin(runs.budgetMs, whole, took);
    const shards = request.shard?.of ?? 1;
    const timeFor = (count: number) => estimateMs(count / shards, whole, took);
    for (const line of describePrice({ runsPerArm, arms: wanted.length, detect, timeFor }))
      progress.say(line);
    return planExperiment({ ...request, runsPerArm });
  };
}

async function judge(directory: string, progress: Progress): Promise<Report> {
  progress.show('judging what was saved');
  const judgement = await judgeUntilSignal(directory, shortPath(directory));
  await writeReport(directory, renderJson(judgement.report));
  const shard = describeShard(judgement);
  if (shard !== null) await writePieces(join(directory, shardFileName), shard);
  progress.clear();
  return judgement.report;
}

function describe(blocks: SessionFile['blocks']): string {
  return blocks
    .map(({ tracer, companion, purpose, runs }) => {
      const beside = companion === null ? '' : ` and ${companion.tracer}`;
      const how = tracer === untraced ? 'untraced' : `with ${tracer}${beside}`;
      return `${runs.length} ${how}${purpose === 'warm-up' ? ' to warm up' : ''}`;
    })
    .join(', then ');
}

/** Sortable by time, unique on a machine, plain in a path, a mark and an environment. */
function newSessionId(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

function shortPath(directory: string): string {
  const fromHere = relative(process.cwd(), directory);
  return fromHere === '' || fromHere.startsWith('..') ? directory : fromHere;
}

function budgetOfShard(): HarnessError {
  return new HarnessError({
    what: '--shard and --budget can not go together',
    why: 'how many runs fit into a time differs from machine to machine, and all shards must be of one plan',
    remedy: 'fix the number of runs with --runs or --detect',
    exitCode: exitCodes.usage,
  });
}

function missingProgram(): never {
  throw new RangeError('an arm was not built');
}
