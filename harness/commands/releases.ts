/** `releases`: one question put to Go's history, as a list or as a search for the release in which the answer changed. */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseGoRelease } from '../../src/experiment/go-release.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { CommandContext } from './context.ts';
import { runExperiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment.ts';
import { addPlaceOptions, collect, progressFor, wholeNumber } from './options.ts';
import { bringReleases, chooseReleases, withLegacyClose } from './release-choice.ts';
import type { ReleaseChoice } from './release-choice.ts';
import { printSearch } from './release-search-output.ts';
import { searchReleases } from './release-search.ts';
import { addReportOptions } from './report-options.ts';
import { scenario } from './repro.ts';
import { addShardOption, chooseShard } from './shard-option.ts';
import { variantArms } from './wanted-arms.ts';

interface ReleasesOptions extends ExperimentOptions {
  readonly from: string;
  readonly to?: string;
  readonly everyPatch?: true;
  readonly legacyClose: 'none' | 'newest' | 'all';
  readonly bisect?: true;
  readonly variant?: readonly string[];
  readonly runs: number;
  readonly cycles: number;
  readonly tracer?: string;
}

export function releasesCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('releases')
    .description('run a variant with every Go release, or find the one in which the answer changed')
    .option(
      '--variant <name>',
      'a variant, repeatable (default: unfixed and semaphore; with --bisect: unfixed)',
      collect,
    )
    .option('--from <release>', 'the first release', releaseName, 'go1.4')
    .option('--to <release>', 'the last release (default: the newest there is)', releaseName)
    .option('--every-patch', 'every patch that there is, not only the last one of every minor')
    .addOption(
      new Option(
        '--legacy-close <which>',
        'which releases also run less the wait in their Close, beside themselves',
      )
        .choices(['none', 'newest', 'all'])
        .default('newest'),
    )
    .option('--bisect', 'find the first release that comes out differently, by binary search')
    .option('--runs <n>', 'runs with every release, fixed beforehand', wholeNumber(1, 10_000), 5)
    .option('--cycles <n>', 'rounds of every run', wholeNumber(1, 1_000_000), 100)
    .option('--tracer <name>', 'what watches (default: the best that is usable here)')
    .action(async (options: ReleasesOptions) => {
      setExitCode(await releases(context, options));
    });
  return addReportOptions(addShardOption(addPlaceOptions(command)));
}

async function releases(context: CommandContext, options: ReleasesOptions): Promise<number> {
  if (options.bisect === true && options.shard !== undefined) throw searchInShards();
  // A mistake before it is a download.
  chooseShard(options, process.env);
  const progress = progressFor(options);
  const variants = options.variant ?? (options.bisect === true ? ['unfixed'] : ['unfixed', 'semaphore']);
  // A variant that does not exist is a mistake before it is a download.
  await variantArms({ scenario, variants, releases: [], tracer: null }, context.host);
  const { from, to = null, everyPatch } = options;
  const patches = everyPatch === true ? 'every' : 'newest';
  const choice = await chooseReleases({ from, to, patches }, { host: context.host, progress });
  return options.bisect === true
    ? bisect(context, options, { variants, choice })
    : list(context, options, { variants, choice });
}

interface Chosen {
  readonly variants: readonly string[];
  readonly choice: ReleaseChoice;
}

async function list(
  context: CommandContext,
  options: ReleasesOptions,
  { variants, choice }: Chosen,
): Promise<number> {
  const progress = progressFor(options);
  const names = withLegacyClose(choice.releases, options.legacyClose);
  const { wanted, missing } = await bringReleases(
    { scenario, variants, releases: names, tracer: options.tracer ?? null },
    { host: context.host, onProgress: (line) => progress.say(line) },
  );
  if (wanted.length === 0) throw noRelease(missing[0]?.why ?? 'none was named');
  const told = await runExperiment(
    context,
    {
      question: { kind: 'releases', missing: [...missing] },
      scenario,
      wanted,
      beside: 'nothing',
      runs: options.runs,
      warmUpRuns: 0,
      cyclesPerRun: options.cycles,
      detect: null,
    },
    options,
  );
  return told.exitCode;
}

async function bisect(
  context: CommandContext,
  options: ReleasesOptions,
  { variants, choice }: Chosen,
): Promise<number> {
  const [variant, ...others] = variants;
  if (variant === undefined || others.length > 0) throw oneVariant(variants);
  if (options.reporter !== undefined) throw noReporter();
  const seed = options.seed ?? randomBytes(4).toString('hex');
  const search = {
    scenario,
    variant,
    tracer: options.tracer ?? null,
    runs: options.runs,
    cycles: options.cycles,
    seed,
    releases: choice.releases,
    known: choice.known,
  };
  const result = await searchReleases(context, search, options, progressFor(options));
  return printSearch({ context, options, search, result });
}

function releaseName(text: string): string {
  const name = text.startsWith('go') ? text : `go${text}`;
  if (/^go\d+\.\d+(?:\.\d+)?$/.test(name) && parseGoRelease(name) !== null) return name;
  throw new InvalidArgumentError('It must be a Go release such as 1.9 or 1.9.7.');
}

function noRelease(why: string): HarnessError {
  return new HarnessError({
    what: 'none of the releases can be had',
    why,
    remedy: 'look at the network and at GOPROXY (go env), or choose releases that are here: afterclose list',
    exitCode: exitCodes.environment,
  });
}

function searchInShards(): HarnessError {
  return new HarnessError({
    what: '--bisect and --shard can not go together',
    why: 'each step of a search depends on what came out of the one before',
    remedy: 'split the whole list instead: leave --bisect out',
    exitCode: exitCodes.usage,
  });
}

function oneVariant(variants: readonly string[]): HarnessError {
  return new HarnessError({
    what: '--bisect looks for the border of one variant',
    why: `${variants.length} were named: ${variants.join(', ')}`,
    remedy: 'name one with --variant, and search once for each',
    exitCode: exitCodes.usage,
  });
}

function noReporter(): HarnessError {
  return new HarnessError({
    what: '--bisect has no --reporter',
    why: 'reporters tell one session, and a search makes one for each release that it runs',
    remedy:
      'use --json for what the search found, and afterclose check SESSION --reporter for one of its sessions',
    exitCode: exitCodes.usage,
  });
}
