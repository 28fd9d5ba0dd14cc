/** `--shard i/n`, and `--shard auto`: which part of the plan this machine does, typed or told by the engine of the CI. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { mostShards } from '../../src/experiment/shard.ts';
import type { Shard } from '../../src/experiment/shard.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export type ShardChoice = Shard | 'auto';

export interface ShardOptions {
  readonly shard?: ShardChoice;
  readonly seed?: string;
}

export function addShardOption(command: Command): Command {
  return command.option(
    '--shard <i/n>',
    'do only this part of the runs, as in 2/4, or auto: as GitLab, CircleCI, Buildkite or Kubernetes tell it; takes --seed',
    readShard,
  );
}

export function readShard(text: string): ShardChoice {
  if (text === 'auto') return 'auto';
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (isShard(shard)) return shard;
  throw new InvalidArgumentError(`It must be i/n, as in 1/4 to 4/4, n at most ${mostShards}; or auto.`);
}

/**
 * @param options.shard undefined: all of it
 * @throws HarnessError (usage) where no seed was given, or no engine or more than one tells the part
 */
export function chooseShard(
  { shard, seed }: ShardOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Shard | null {
  if (shard === undefined) return null;
  if (seed === undefined) {
    throw refused(
      '--shard was given without --seed',
      'every shard must make the same plan, which is drawn from the seed',
      'give the same --seed to all shards: a commit id, the number of the pipeline, any text',
    );
  }
  return shard === 'auto' ? detectShard(environment) : shard;
}

interface Engine {
  readonly name: string;
  readonly index: string;
  readonly total: string;
  /** What the engine calls the first of them. */
  readonly first: 0 | 1;
}

/**
 * GitLab: docs.gitlab.com/ci/yaml/#parallel. CircleCI: circleci.com/docs/parallelism-faster-jobs. Buildkite:
 * buildkite.com/docs/pipelines/environment-variables. Kubernetes gives an indexed Job its index alone
 * (kubernetes.io/docs/concepts/workloads/controllers/job), so that its manifest must tell how many there are.
 */
const engines: readonly Engine[] = [
  { name: 'GitLab', index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', first: 1 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', total: 'CIRCLE_NODE_TOTAL', first: 0 },
  { name: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', total: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', total: 'AFTERCLOSE_SHARDS', first: 0 },
];

function detectShard(environment: Readonly<Record<string, string | undefined>>): Shard {
  const [told, ...others] = engines.filter(({ index }) => environment[index] !== undefined);
  if (told === undefined) {
    throw refused(
      '--shard auto found no shard in the environment',
      `none of ${engines.map(({ name, index }) => `${index} (${name})`).join(', ')} is set`,
      'let the job run in parallel on one of these engines, or name the shard, as in --shard 2/4',
    );
  }
  if (others.length > 0) {
    throw refused(
      '--shard auto found more than one shard in the environment',
      `set are ${[told, ...others].map(({ name, index }) => `${index} (${name})`).join(' and ')}`,
      'name the shard, as in --shard 2/4',
    );
  }
  const [index, of] = [environment[told.index] ?? '', environment[told.total] ?? ''];
  const isWhole = [index, of].every((text) => /^\d{1,6}$/.test(text));
  const shard = { index: Number(index) + 1 - told.first, of: Number(of) };
  if (isWhole && isShard(shard)) return shard;
  throw refused(
    `--shard auto can not read the shard that ${told.name} tells`,
    `${told.index} is ${JSON.stringify(index)} and ${told.total} is ${of === '' ? 'not set' : JSON.stringify(of)}`,
    told.name === 'Kubernetes'
      ? `set ${told.total} in the manifest to the number of its completions`
      : 'let the job run in parallel, or name the shard, as in --shard 2/4',
  );
}

function isShard({ index, of }: Shard): boolean {
  return index >= 1 && index <= of && of <= mostShards;
}

function refused(what: string, why: string, remedy: string): HarnessError {
  return new HarnessError({ what, why, remedy, exitCode: exitCodes.usage });
}
