/** What `repro`, `releases`, `compare` and `gate` have in common: build, plan, run, save, and judge what was saved. */
import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { relative, resolve } from 'node:path';
import { untraced } from '../../src/experiment/plan.ts';
import { renderJson } from '../../src/report/json.ts';
import type { Question } from '../../src/report/question.ts';
import type { Report } from '../../src/report/report.ts';
import { decideExitCode } from '../exit-codes.ts';
import type { Progress } from '../output/progress.ts';
import { buildLauncher } from '../go/build.ts';
import { runSession } from '../run/session.ts';
import type { BlockTime } from '../run/session.ts';
import { defaultSessionDirectory } from '../store/layout.ts';
import type { SessionFile } from '../store/session-file.ts';
import { checkIsFree, writeReport } from '../store/write.ts';
import type { CommandContext } from './context.ts';
import { estimateMs, planExperiment, runnablePrograms, runsWithin } from './experiment-plan.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { commandLine, progressFor } from './options.ts';
import { judgeUntilSignal } from './judging.ts';
import { describePrice } from './price.ts';
import { openReportersFor, type ReportOptions } from './report-options.ts';
import { findPlace } from './session-place.ts';
import type { PlaceOptions } from './session-place.ts';
import { chooseTracer } from './tracer-choice.ts';
import type { ChosenTracer } from './tracer-choice.ts';
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
  /** Of every arm, or as many as fit into a time; the latter takes a warm-up. */
  readonly runs: number | { readonly budgetMs: number };
  readonly warmUpRuns: number;
  readonly cyclesPerRun: number;
  /** The rate of a race that is to be seen with 95 %; null: nobody asked. */
  readonly detect: number | null;
  /** Throws where the plan is not to be run, before anything is. */
  readonly refuse?: (plan: SessionFile) => void;
}

export interface ExperimentOptions extends ReportOptions, PlaceOptions {
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
  const started = await startSession(options);
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
  return conduct(context, { experiment, options, started: await startSession(options) });
}

interface StartedSession {
  readonly session: string;
  readonly startedAt: Date;
  /** Absolute. */
  readonly directory: string;
}

async function startSession({ out }: ExperimentOptions): Promise<StartedSession> {
  const startedAt = new Date();
  const session = newSessionId(startedAt);
  const directory = resolve(out ?? defaultSessionDirectory(process.cwd(), session));
  await checkIsFree(directory);
  return { session, startedAt, directory };
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
  const { session, startedAt, directory } = started;
  const progress = progressFor(options);
  const { host } = context;
  const chosen = await chooseTracers(experiment, context, progress);
  const building = { host, onProgress: (line: string) => progress.say(line) };
  const programs = await buildPrograms(experiment.wanted, building);
  const launcher = await buildLauncher(building);
  const isOwn = programs.every(({ target }) => target !== null);
  const place = await findPlace(options, isOwn ? 'own' : 'two-ports', progress);
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
      runsPerArm: typeof runs === 'number' ? runs : null,
      warmUpRuns,
      cyclesPerRun,
      network: options.network,
      // Looked at once: the plan that follows the warm-up would find its load, and call it that of others.
      machine: { loadAverage: loadavg()[0] ?? 0, cpus: cpus().length },
      ports: place.ports,
      arms: experiment.wanted.map(({ tracer, role }, index) => ({
        program: programs[index] ?? missingProgram(),
        tracer: chosen.get(tracer) ?? missingProgram(),
        role,
      })),
    };
    const plan = planExperiment(request);
    experiment.refuse?.(plan);
    progress.say(`session ${session}, seed ${seed}: ${describe(plan.blocks)}`);
    const ended = await runSession({
      directory,
      plan,
      programs: runnablePrograms(plan, programs),
      ...(warmUpRuns === 0 ? {} : { afterWarmUp: fixRuns(experiment, request, progress) }),
      launcher: launcher.binary,
      tracers: new Map([...chosen.values()].flatMap(({ tracers }) => [...tracers])),
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
    const whole = planExperiment({ ...request, runsPerArm: 2 });
    const runsPerArm = typeof runs === 'number' ? runs : runsWithin(runs.budgetMs, whole, took);
    const timeFor = (count: number) => estimateMs(count, whole, took);
    for (const line of describePrice({ runsPerArm, arms: wanted.length, detect, timeFor }))
      progress.say(line);
    return planExperiment({ ...request, runsPerArm });
  };
}

/** By the name that was asked for, null for the best. */
async function chooseTracers(
  { wanted, preferredTracer }: Experiment,
  { host }: CommandContext,
  progress: Progress,
): Promise<ReadonlyMap<string | null, ChosenTracer>> {
  const chosen = new Map<string | null, ChosenTracer>();
  for (const { tracer } of wanted) {
    if (!chosen.has(tracer))
      chosen.set(tracer, await chooseTracer(tracer, host, progress, preferredTracer ?? null));
  }
  return chosen;
}

async function judge(directory: string, progress: Progress): Promise<Report> {
  progress.show('judging what was saved');
  const { report } = await judgeUntilSignal(directory, shortPath(directory));
  await writeReport(directory, renderJson(report));
  progress.clear();
  return report;
}

function describe(blocks: SessionFile['blocks']): string {
  return blocks
    .map(({ tracer, purpose, runs }) => {
      const how = tracer === untraced ? 'untraced' : `with ${tracer}`;
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

function missingProgram(): never {
  throw new RangeError('an arm was not built');
}
