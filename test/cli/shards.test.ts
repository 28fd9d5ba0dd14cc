/** What shards and their merge refuse, before anything is built or read; and the merge as a process of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shardText, writeShards } from '../unit/harness/shards/sample-shards.ts';
import { afterclose, temporaryDirectory } from './command-line.ts';

describe('a shard is refused where its plan could not be that of the others', () => {
  test.each([
    [['gate', '--shard', '1/4'], /--shard was given without --seed/, /same --seed/],
    [['releases', '--shard', '1/4'], /--shard was given without --seed/, /same --seed/],
    [['repro', '--shard', '5/4', '--seed', 'x'], /must be i\/n/, /--help/],
    [['repro', '--shard', 'auto', '--seed', 'x'], /found no shard in the environment/, /--shard 2\/4/],
    [['compare', '--shard', '1/2', '--seed', 'x', '--budget', '9s'], /--shard and --budget/, /--runs/],
    [['releases', '--shard', '1/2', '--seed', 'x', '--bisect'], /--bisect and --shard/, /leave --bisect out/],
    [
      ['gate', '--shard', '1/2', '--seed', 'x', '--write-baseline', 'b.json'],
      /--write-baseline and --shard/,
      /not split/,
    ],
  ])('%j', async (words, what, wayOut) => {
    const { exitCode, stdout, stderr } = await afterclose(words, { cwd: await temporaryDirectory() });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(what);
    expect(stderr).toMatch(wayOut);
    expect(stderr).not.toMatch(/\n {4}at |building/);
  });
});

describe('merge', () => {
  test('tells the whole in the order of nothing', async () => {
    const cwd = await temporaryDirectory();
    const [one = '', two = '', three = ''] = await writeShards(cwd, 3);
    const first = await afterclose(['merge', one, two, three, '--json'], { cwd });
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect((await afterclose(['merge', '--json', three, one, two], { cwd })).stdout).toBe(first.stdout);
    expect((await afterclose(['merge', '.', '--json', '--out', 'all.ndjson'], { cwd })).stdout).toBe(
      first.stdout,
    );
    expect((await afterclose(['merge', 'all.ndjson', '--json'], { cwd })).stdout).toBe(first.stdout);
  });

  test('without one of them is inconclusive, and says which', async () => {
    const cwd = await temporaryDirectory();
    const [, ...others] = await writeShards(cwd, 3);
    const { exitCode, stdout } = await afterclose(['merge', ...others], { cwd });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('GATE INCONCLUSIVE');
    expect(stdout).toContain('shard 1 of 3 is missing, so that 20 runs may have come out either way');
  });

  test('refuses a stranger with the difference, and writes nothing', async () => {
    const cwd = await temporaryDirectory();
    const [, two = ''] = await writeShards(cwd, 2);
    await writeFile(join(two, 'shard.ndjson'), shardText({ index: 2, of: 2, plan: { seed: 'two' } }));
    const { exitCode, stdout, stderr } = await afterclose(['merge', '.', '--out', 'all.ndjson'], { cwd });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('it is of another plan than the shards before it: seed two instead of one');
    expect((await afterclose(['merge', 'all.ndjson'], { cwd })).stderr).toContain('no such file');
  });

  test('refuses a damaged one with its line', async () => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'shard.ndjson'), shardText({ index: 1, of: 1 }).slice(0, -100));
    const { exitCode, stdout, stderr } = await afterclose(['merge', 'shard.ndjson'], { cwd });
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/why: .*it breaks off in the middle of a line/);
  });
});
