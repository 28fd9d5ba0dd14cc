/**
 * `gate`: for CI. Red when a subject holds a port again, and green only with proof: in the same session an arm that
 * must be held was held, one that must be clean was clean, and the subjects were clean often enough for the claim.
 */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { ArmRole } from '../../src/experiment/arm.ts';
import { formatCounted } from '../../src/report/quantity.ts';
import { formatClaim } from '../../src/report/statistics-words.ts';
import type { Report } from '../../src/report/report.ts';
import { readClaim, runsNeeded } from '../../src/statistics/claim.ts';
import type { Claim } from '../../src/statistics/claim.ts';
import { readBaseline, refuseStrangers, sawEverything, writeBaseline } from '../config/baseline.ts';
import type { Config, GateConfig } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { listVariants } from '../go/variants.ts';
import { readArms } from './arm-grammar.ts';
import type { CommandContext } from './context.ts';
import { runExperiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment.ts';
import { addPlaceOptions, progressFor, readWith, wholeNumber } from './options.ts';
import { addReportOptions } from './report-options.ts';
import { scenario } from './repro.ts';
import { addShardOption } from './shard-option.ts';
import type { WantedArm } from './wanted-arms.ts';

interface GateOptions extends ExperimentOptions {
  readonly knownBad?: string;
  readonly knownGood?: string;
  readonly claim?: Claim;
  readonly runs?: number;
  readonly cycles: number;
  readonly inconclusive: 'fail' | 'pass';
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly tracer?: string;
  readonly config?: string;
}

export function gateCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('gate')
    .description('for CI: fail when something that was fixed holds a port again')
    .argument(
      '[subject...]',
      'the arms that are gated, as in compare (default: those of the config file, else the fixed variants)',
    )
    .option('--known-bad <arm>', `must be held, or the gate proves nothing (default: ${ownGate.knownBad})`)
    .option('--known-good <arm>', `must be clean (default: ${ownGate.knownGood})`)
    .option('--claim <text>', `what green is to claim (default: "${ownGate.claim}")`, readWith(readClaim))
    .option(
      '--runs <n>',
      'runs of every arm (default: as many as the claim takes)',
      wholeNumber(1, 1_000_000),
    )
    .option('--cycles <n>', 'rounds of every run of a variant', wholeNumber(1, 1_000_000), 100)
    .addOption(
      new Option('--inconclusive <what>', 'what a gate without an answer does')
        .choices(['fail', 'pass'])
        .default('fail'),
    )
    .option('--baseline <file>', 'known findings, which may not grow')
    .option('--write-baseline <file>', 'make what is found the known findings')
    .option('--tracer <name>', 'what watches (default: the best that is usable here)')
    .option('--config <file>', 'the config file (default: afterclose.config.json, .ts or .mjs here)')
    .action(async (subjects: readonly string[], options: GateOptions) => {
      setExitCode(await gate(context, subjects, options));
    });
  return addReportOptions(addShardOption(addPlaceOptions(command)));
}

/**
 * The variants of this project: the same program is known bad where Close does not wait and known good where it
 * does; and each fix must hold on the last release with the race, and on today's less the wait.
 */
const ownGate = {
  knownBad: 'unfixed@1.9.7',
  knownGood: 'unfixed@local',
  subjects: ['semaphore@1.9.7', 'waitgroup@1.9.7', 'semaphore@local+legacy-close'],
  claim: '<10% at 95%',
  baseline: null,
} as const satisfies GateConfig;

async function gate(
  context: CommandContext,
  subjects: readonly string[],
  options: GateOptions,
): Promise<number> {
  if (options.shard !== undefined && options.writeBaseline !== undefined) throw baselineOfShard();
  const { packageRoot } = context.host;
  const variants = (await listVariants(scenario, { packageRoot })).map(({ name }) => name);
  const config = await findConfig({ named: options.config ?? null, variants });
  const asked = config?.gate ?? ownGate;
  const wanted = await readRoles(
    {
      'known-bad': [options.knownBad ?? asked.knownBad],
      'known-good': [options.knownGood ?? asked.knownGood],
      subject: subjects.length > 0 ? subjects : asked.subjects,
    },
    { packageRoot, config, tracer: options.tracer ?? null },
  );
  const claim = options.claim ?? claimOf(asked, config);
  const needed = runsNeeded(claim);
  const runs = options.runs ?? needed;
  const program = wanted.some((arm) => arm.program.kind === 'target') ? (config?.program ?? '') : scenario;
  const file = options.baseline === undefined ? asked.baseline : resolve(options.baseline);
  const baseline = file === null ? null : await readBaseline(file, program);
  const progress = progressFor(options);
  progress.say(
    `the claim ${formatClaim(claim)} takes ${formatCounted(needed, 'clean run')} of each arm; ${formatCounted(runs, 'run')} of ${formatCounted(wanted.length, 'arm')} will be made`,
  );
  const { report, exitCode } = await runExperiment(
    context,
    {
      question: { kind: 'gate', claim, inconclusive: options.inconclusive, baseline },
      scenario,
      wanted,
      beside: 'untraced',
      runs,
      // A gate compares nothing: that the first runs are slower does no harm, and a warm-up costs a tracer's start.
      warmUpRuns: 0,
      cyclesPerRun: options.cycles,
      detect: null,
      ...(baseline === null ? {} : { refuse: (plan) => refuseStrangers(baseline, plan) }),
    },
    options,
  );
  if (options.writeBaseline !== undefined) {
    const told = await keepBaseline(resolve(options.writeBaseline), program, report);
    progress.say(told);
  }
  return exitCode;
}

interface RoleSources {
  readonly packageRoot: string;
  readonly config: Config | null;
  readonly tracer: string | null;
}

async function readRoles(
  named: Readonly<Record<ArmRole, readonly string[]>>,
  { tracer, ...sources }: RoleSources,
): Promise<readonly WantedArm[]> {
  const arms: WantedArm[] = [];
  for (const role of ['known-bad', 'known-good', 'subject'] as const) {
    const found = await readArms(named[role], {
      ...sources,
      scenario,
      releases: ['local'],
      tracers: [tracer],
    });
    arms.push(...found.map((arm) => ({ ...arm, role })));
  }
  return arms;
}

function claimOf({ claim }: GateConfig, config: Config | null): Claim {
  const reading = readClaim(claim ?? ownGate.claim);
  if (reading.kind === 'read') return reading.value;
  throw new HarnessError({
    what: `${config?.path ?? 'the gate'} has a mistake`,
    why: `gate.claim: ${reading.why}`,
    remedy: reading.remedy,
    exitCode: exitCodes.usage,
  });
}

function baselineOfShard(): HarnessError {
  return new HarnessError({
    what: '--write-baseline and --shard can not go together',
    why: 'a shard sees only a part of what is known to be held',
    remedy: 'write the baseline once from a gate that is not split',
    exitCode: exitCodes.usage,
  });
}

async function keepBaseline(path: string, program: string, report: Report): Promise<string> {
  if (!sawEverything(report))
    return 'no baseline was written: this gate did not see enough to say what is known';
  const count = await writeBaseline(path, program, report);
  return `${formatCounted(count, 'known finding')} written to ${path}; read them before you commit them`;
}
