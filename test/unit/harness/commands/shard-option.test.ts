import { expect, test } from 'vitest';
import { chooseShard, readShard } from '../../../../harness/commands/shard-option.ts';
import { HarnessError } from '../../../../harness/errors.ts';

const auto = { shard: 'auto', seed: 'one' } as const;

test.each([
  ['GitLab counts from 1', { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' }],
  ['CircleCI counts from 0', { CIRCLE_NODE_INDEX: '1', CIRCLE_NODE_TOTAL: '4' }],
  ['Buildkite counts from 0', { BUILDKITE_PARALLEL_JOB: '1', BUILDKITE_PARALLEL_JOB_COUNT: '4' }],
  ['Kubernetes counts from 0', { JOB_COMPLETION_INDEX: '1', AFTERCLOSE_SHARDS: '4' }],
])('auto: %s', (_, environment) => {
  expect(chooseShard(auto, environment)).toEqual({ index: 2, of: 4 });
});

test('what the engine tells counts only when it is asked for', () => {
  const environment = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' };
  expect(chooseShard({}, environment)).toBeNull();
  expect(chooseShard({ shard: { index: 1, of: 3 }, seed: 'one' }, environment)).toEqual({ index: 1, of: 3 });
});

test.each([
  ['no seed', { shard: { index: 1, of: 4 } } as const, {}, /without --seed/],
  ['no engine', auto, {}, /CI_NODE_INDEX \(GitLab\), CIRCLE_NODE_INDEX/],
  [
    'two engines',
    auto,
    { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '2', JOB_COMPLETION_INDEX: '0' },
    /CI_NODE_INDEX \(GitLab\) and JOB_COMPLETION_INDEX \(Kubernetes\)/,
  ],
  ['no total', auto, { JOB_COMPLETION_INDEX: '0' }, /AFTERCLOSE_SHARDS is not set/],
  ['GitLab without parallel', auto, { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '1' }, /CI_NODE_INDEX is "0"/],
  ['beyond the last', auto, { CIRCLE_NODE_INDEX: '4', CIRCLE_NODE_TOTAL: '4' }, /can not read/],
  ['no number', auto, { CI_NODE_INDEX: '1e0', CI_NODE_TOTAL: '4' }, /can not read/],
])('refused: %s', (_, options, environment, why) => {
  const choose = () => chooseShard(options, environment);
  expect(choose).toThrow(HarnessError);
  expect(choose).toThrow(why);
});

test.each(['0/4', '5/4', '1', '1/0', '-1/4', '1/4/4', ' 1/4', '1/100001', 'Auto'])(
  '%j is no shard',
  (text) => {
    expect(() => readShard(text)).toThrow('It must be i/n');
  },
);
