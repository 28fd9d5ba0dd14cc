/** `compare A B [...]`: the runs of two or more arms side by side, with what they say and what they can not say. */
import { Command, Option } from 'commander';
import { readRate, runsNeeded } from '../../src/statistics/claim.ts';
import { findConfig } from '../config/find-config.ts';
import { listVariants } from '../go/variants.ts';
import { readArms } from './arm-grammar.ts';
import type { CommandContext } from './context.ts';
import { runExperiment } from './experiment.ts';
import type { Experiment, ExperimentOptions } from './experiment.ts';
import { addPlaceOptions, collect, durationMs, readWith, wholeNumber } from './options.ts';
import { addReportOptions } from './report-options.ts';
import { scenario } from './repro.ts';
import { addShardOption } from './shard-option.ts';

interface CompareOptions extends ExperimentOptions {
  readonly runs?: number;
  readonly cycles: number;
  readonly warmUp: number;
  readonly budget?: number;
  readonly detect?: number;
  readonly variant?: readonly string[];
  readonly go?: readonly string[];
  readonly tracer?: readonly string[];
  readonly config?: string;
}

export function compareCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('compare')
    .description('compare variants, Go releases, tracers, or commands of your own')
    .argument(
      '[arm...]',
      'VARIANT[@RELEASE][:TRACER] or TARGET[:TRACER]; the first is what the others are compared with (default: all targets of the config file, else all variants)',
    )
    .option('--variant <name>', 'a variant, as an arm without release and tracer; repeatable', collect)
    .option('--go <release>', 'for arms that name none; repeatable (default: 1.9.7)', collect)
    .option('--tracer <name>', 'for arms that name none; repeatable (default: the best usable)', collect)
    .option('--config <file>', 'the config file (default: afterclose.config.json, .ts or .mjs here)')
    .option('--runs <n>', `counted runs of every arm (default: ${defaultRuns})`, wholeNumber(1, 10_000))
    .option('--cycles <n>', 'rounds of every run of a variant', wholeNumber(1, 1_000_000), 400)
    .option('--warm-up <n>', 'runs of every arm before the first that counts', wholeNumber(0, 1000), 1)
    .addOption(
      new Option('--budget <time>', 'as many whole runs as fit into it: 60s, 5m')
        .argParser(durationMs)
        .conflicts('runs'),
    )
    .option('--detect <rate>', 'say what it takes to see a race of this rate per run: 1%', readWith(readRate))
    .action(async (words: readonly string[], options: CompareOptions) => {
      setExitCode(await compare(context, words, options));
    });
  return addReportOptions(addShardOption(addPlaceOptions(command)));
}

const defaultRuns = 10;

async function compare(
  context: CommandContext,
  words: readonly string[],
  options: CompareOptions,
): Promise<number> {
  const { packageRoot } = context.host;
  const variants = (await listVariants(scenario, { packageRoot })).map(({ name }) => name);
  const config = await findConfig({ named: options.config ?? null, variants });
  const named = [...words, ...(options.variant ?? [])];
  const everything = config?.targets.map(({ name }) => name) ?? variants;
  const wanted = await readArms(named.length > 0 ? named : everything, {
    scenario,
    packageRoot,
    config,
    releases: options.go ?? ['1.9.7'],
    tracers: options.tracer ?? [null],
  });
  const below = options.detect ?? defaultClaim.below;
  const { exitCode } = await runExperiment(
    context,
    {
      question: { kind: 'compare', claim: { ...defaultClaim, below } },
      scenario,
      wanted,
      beside: 'untraced',
      runs: howMany(options),
      warmUpRuns: warmUpOf(options),
      cyclesPerRun: options.cycles,
      detect: options.detect ?? null,
    },
    options,
  );
  return exitCode;
}

const defaultClaim = { below: 0.1, confidence: 0.95 };

/** How many runs fit, and how long they take, is measured with runs that nobody counts. */
function warmUpOf({ budget, detect, warmUp }: CompareOptions): number {
  return budget === undefined && detect === undefined ? warmUp : Math.max(1, warmUp);
}

function howMany({ runs, budget, detect }: CompareOptions): Experiment['runs'] {
  if (runs !== undefined) return runs;
  if (budget !== undefined) return { budgetMs: budget };
  return detect === undefined ? defaultRuns : runsNeeded({ ...defaultClaim, below: detect });
}
