/** `repro`: builds the reconnect program, runs it traced and untraced, saves everything, and judges what was saved. */
import { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { runExperiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment.ts';
import { addPlaceOptions, collect, wholeNumber } from './options.ts';
import { addReportOptions } from './report-options.ts';
import { addShardOption } from './shard-option.ts';
import { variantArms } from './wanted-arms.ts';
import { reproCompanion, reproTracer } from '../tracers/index.ts';

interface ReproOptions extends ExperimentOptions {
  readonly runs: number;
  readonly cycles: number;
  readonly variant?: readonly string[];
  readonly go?: readonly string[];
  readonly tracer?: string;
  readonly crossCheck: boolean;
}

export const scenario = 'udp-reconnect';

export function reproCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('repro')
    .description('prove the race of the reconnect program, and what fixes it')
    .option('--runs <n>', 'runs of every arm', wholeNumber(1, 10_000), 5)
    .option('--cycles <n>', 'open-exchange-close rounds of every run', wholeNumber(1, 1_000_000), 400)
    .option('--variant <name>', 'a variant, repeatable (default: unfixed, semaphore)', collect)
    .option(
      '--go <release>',
      'a Go release such as 1.9.7, or local; repeatable (default: 1.9.7, local, local+legacy-close)',
      collect,
    )
    .option('--tracer <name>', `what watches (default: ${reproTracer}, else the best that is usable here)`)
    .option('--no-cross-check', `let no ${reproCompanion} watch the same runs beside ${reproTracer}`)
    .action(async (options: ReproOptions) => {
      setExitCode(await repro(context, options));
    });
  return addReportOptions(addShardOption(addPlaceOptions(command)));
}

/** @returns the exit code */
async function repro(context: CommandContext, options: ReproOptions): Promise<number> {
  const wanted = await variantArms(
    {
      scenario,
      variants: options.variant ?? defaultVariants,
      releases: options.go ?? defaultReleases,
      tracer: options.tracer ?? null,
    },
    context.host,
  );
  const experiment = {
    question: { kind: 'repro' },
    scenario,
    wanted,
    beside: 'untraced',
    preferredTracer: reproTracer,
    ...(options.crossCheck ? { crossCheck: { of: reproTracer, by: reproCompanion } } : {}),
    runs: options.runs,
    warmUpRuns: 0,
    cyclesPerRun: options.cycles,
    detect: null,
  } as const;
  return (await runExperiment(context, experiment, options)).exitCode;
}

const defaultVariants = ['unfixed', 'semaphore'];
/** The last release line with the race, and what the machine has. */
export const defaultReleases = ['1.9.7', 'local', 'local+legacy-close'];
