/** `repro`: builds the reconnect program, runs it traced and untraced, saves everything, and judges what was saved. */
import { randomBytes } from 'node:crypto';
import { release, type } from 'node:os';
import { relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { PortPair } from '../run/ports.ts';
import { runSession } from '../run/session.ts';
import { defaultSessionDirectory } from '../store/layout.ts';
import { checkIsFree, writeReport } from '../store/write.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions, collect, commandLine, portPair, progressFor, wholeNumber } from './options.ts';
import type { CommonOptions } from './options.ts';
import { judgeUntilSignal } from './judging.ts';
import { printJudgement, renderReportJson } from './print-judgement.ts';
import { buildPrograms, findPrograms, planRepro } from './repro-plan.ts';
import { findPlace } from './session-place.ts';
import { chooseTracer } from './tracer-choice.ts';
import type { Progress } from '../output/progress.ts';

interface ReproOptions extends CommonOptions {
  readonly runs: number;
  readonly cycles: number;
  readonly variant?: readonly string[];
  readonly go?: readonly string[];
  readonly tracer?: string;
  readonly network: 'udp4' | 'udp6';
  readonly ports?: PortPair;
  readonly sharedNetwork?: true;
  readonly seed?: string;
  readonly out?: string;
}

export const scenario = 'udp-reconnect';
/** The tracer of the article. */
const missionTracer = 'dtrace';

export function reproCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('repro')
    .description('prove the race of the reconnect program, and what fixes it')
    .option('--runs <n>', 'runs of every arm', wholeNumber(1, 10_000), 5)
    .option('--cycles <n>', 'open-exchange-close rounds of every run', wholeNumber(1, 1_000_000), 400)
    .option('--variant <name>', 'a variant, repeatable (default: unfixed, semaphore)', collect)
    .option(
      '--go <release>',
      'a Go release such as 1.9.7, or local; repeatable (default: 1.9.7, local)',
      collect,
    )
    .option('--tracer <name>', 'what watches (default: the best that is usable here)')
    .addOption(new Option('--network <name>', 'address family').choices(['udp4', 'udp6']).default('udp4'))
    .option('--ports <pair>', 'the two ports, even if somebody holds one, as in 3001,3002', portPair)
    .option('--shared-network', 'let the runs share the ports of this machine, as where they have to')
    .option('--seed <text>', 'decides the order of the runs (default: drawn, and printed)')
    .option('--out <directory>', 'where to save the session (default: .afterclose/sessions/<id>)')
    .action(async (options: ReproOptions) => {
      setExitCode(await repro(context, options));
    });
  return addCommonOptions(command);
}

/** @returns the exit code */
async function repro(context: CommandContext, options: ReproOptions): Promise<number> {
  const progress = progressFor(options);
  const startedAt = new Date();
  const session = newSessionId(startedAt);
  const directory = resolve(options.out ?? defaultSessionDirectory(process.cwd(), session));
  const wanted = await findPrograms(
    scenario,
    { variants: options.variant ?? defaultVariants, releases: options.go ?? defaultReleases },
    context.host,
  );
  await checkIsFree(directory);
  const chosen = await chooseTracer(options.tracer ?? null, context.host, progress, missionTracer);
  const programs = await buildPrograms(wanted, {
    host: context.host,
    onProgress: (line) => progress.say(line),
  });
  const place = await findPlace(options, progress);
  try {
    const seed = options.seed ?? randomBytes(4).toString('hex');
    const plan = planRepro({
      session,
      program: `afterclose ${context.version}`,
      command: commandLine(context.words),
      startedAt,
      seed,
      scenario,
      chosen,
      runsPerArm: options.runs,
      cyclesPerRun: options.cycles,
      network: options.network,
      ports: place.ports,
      kernel: `${type()} ${release()}`,
      programs: programs.variants,
    });
    progress.say(`session ${session}, seed ${seed}: ${describe(plan.blocks)}`);
    const ended = await runSession({
      directory,
      plan,
      binaries: plan.arms.map((_, arm) => programs.variants[arm % programs.variants.length]?.binary ?? ''),
      launcher: programs.launcher,
      tracers: chosen.tracers,
      ...place.request,
      host: context.host,
      progress,
    });
    if (ended.how === 'failed') progress.say(`the session broke off: ${ended.text}`);
  } finally {
    place.release();
  }
  return judge(context, { options, directory, progress });
}

interface JudgeRequest {
  readonly options: ReproOptions;
  readonly directory: string;
  readonly progress: Progress;
}

async function judge(
  context: CommandContext,
  { options, directory, progress }: JudgeRequest,
): Promise<number> {
  progress.show('judging what was saved');
  const judgement = await judgeUntilSignal(directory, shortPath(directory));
  await writeReport(directory, renderReportJson(judgement.report));
  progress.clear();
  await printJudgement(judgement, { context, options, sessionPath: shortPath(directory) });
  return judgement.report.exitCode;
}

function describe(blocks: readonly { readonly tracer: string; readonly runs: readonly unknown[] }[]): string {
  return blocks
    .map(({ tracer, runs }) => `${runs.length} ${tracer === 'none' ? 'untraced' : `with ${tracer}`}`)
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

export const defaultVariants = ['unfixed', 'semaphore'];
/** The last release line with the race, and what the machine has. */
export const defaultReleases = ['1.9.7', 'local', 'local+legacy-close'];
