/** What a merge answers, held against the session that was never split. */
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findShardFiles } from '../../../../harness/shards/find-shard-files.ts';
import { joinSections } from '../../../../harness/shards/join-sections.ts';
import { mergeFiles } from '../../../../harness/shards/merge-files.ts';
import { renderJson } from '../../../../src/report/json.ts';
import { exitCodeOf } from '../../../../src/verdict/outcome.ts';
import { doubt } from '../../report/sample-session.ts';
import { temporaryDirectory } from '../store/saved-session.ts';
import { judgedArms, shardText, wholeReport, writeShards } from './sample-shards.ts';

async function merged(paths: readonly string[]) {
  return (await mergeFiles(await findShardFiles(paths))).report;
}

describe('all shards', () => {
  test.each([1, 2, 4, 7, 60])('of %i give the report of the whole session, byte for byte', async (of) => {
    const paths = await writeShards(await temporaryDirectory(), of);
    const report = await merged(paths);
    expect(report.session).toMatch(/^merged-[0-9a-f]{12}$/);
    const whole = { ...wholeReport(), session: report.session };
    expect(whole.outcome).toBe('as-expected');
    expect(renderJson(report)).toBe(renderJson(whole));
  });

  test('give the same bytes in any order, and however they are merged before', async () => {
    const directory = await temporaryDirectory();
    const paths = await writeShards(directory, 6);
    const expected = renderJson(await merged(paths));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(paths, { minLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
        async (order, groups) => {
          const parts: string[] = [];
          for (const group of [0, 1, 2]) {
            const files = await findShardFiles(order.filter((_, index) => groups[index] === group));
            if (files.length === 0) continue;
            const part = join(directory, `part-${number++}.ndjson`);
            await joinSections(part, (await mergeFiles(files)).sections);
            parts.push(part);
          }
          expect(renderJson(await merged(parts))).toBe(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('joined in a file are their own bytes, in their order', async () => {
    const directory = await temporaryDirectory();
    const [first = '', second = ''] = await writeShards(directory, 2);
    const { sections } = await mergeFiles(await findShardFiles([second, first]));
    const out = join(directory, 'all.ndjson');
    await joinSections(out, sections);
    const text = (path: string) => readFile(join(path, 'shard.ndjson'), 'utf8');
    expect(await readFile(out, 'utf8')).toBe((await text(first)) + (await text(second)));
  });

  test('are found in any depth below a directory', async () => {
    const directory = await temporaryDirectory();
    await writeShards(join(directory, 'a', 'b'), 3);
    expect((await merged([directory])).outcome).toBe('as-expected');
  });
});

describe('less than all shards', () => {
  test('are inconclusive, and not smaller', async () => {
    const [, ...paths] = await writeShards(await temporaryDirectory(), 4);
    const report = await merged(paths);
    expect([report.outcome, report.exitCode]).toEqual(['inconclusive', 4]);
    expect(report.arms.map(({ runs }) => runs)).toEqual(judgedArms.map(({ runs }) => runs.length));
    expect(report.arms.slice(0, 3).map(({ unknownRuns }) => unknownRuns)).toEqual([3, 2, 3]);
    expect(report.doubts.map(({ code, text }) => `${code}: ${text}`)).toEqual([
      'shard-missing: shard 1 of 4 is missing, so that 15 runs may have come out either way',
    ]);
  });

  test('are told in few words, however many are missing', async () => {
    const paths = await writeShards(await temporaryDirectory(), 40);
    const report = await merged(paths.filter((_, index) => index % 3 === 0));
    expect(report.doubts).toHaveLength(1);
    expect(report.doubts[0]?.text).toMatch(
      /^shards 2-3, 5-6, .* and more of 40 are missing, so that 39 runs/,
    );
  });

  test('still tell what must be clean and was held', async () => {
    const [bad, good, , ...others] = judgedArms;
    const held = {
      arm: judgedArms[2]!.arm,
      runs: bad!.runs.map((run, place) => ({ ...run, run: nameOf(place) })),
    };
    const runs = held.runs.map((run) => ({
      ...run,
      findings: run.findings.map((finding) => ({ ...finding, run: run.run })),
    }));
    const arms = [bad!, good!, { ...held, runs }, ...others];
    const [, ...paths] = await writeShards(await temporaryDirectory(), 4, { arms });
    const report = await merged(paths);
    expect([report.outcome, report.exitCode]).toEqual(['unexpected', exitCodeOf('unexpected')]);

    function nameOf(place: number): string {
      return judgedArms[2]!.runs[place]!.run;
    }
  });
});

test('a shard that broke off makes the whole inconclusive, and says which it was', async () => {
  const lost = doubt('dropped', { run: null, text: 'the tracer dropped 3 events' });
  const directory = await temporaryDirectory();
  const paths = await writeShards(directory, 3);
  await writeFile(
    join(paths[1]!, 'shard.ndjson'),
    shardText({ index: 2, of: 3, end: { ended: 'broken-off', doubts: [lost] } }),
  );
  const report = await merged(paths);
  expect([report.outcome, report.exitCode]).toEqual(['inconclusive', 4]);
  expect(report.doubts.map(({ text }) => text)).toEqual(['shard 2 of 3: the tracer dropped 3 events']);
});

describe('what does not belong together is refused with the difference', () => {
  const other = 'c'.repeat(64);
  test.each([
    ['seed', { plan: { seed: 'two' } }, /seed two instead of one/],
    ['number of shards', { of: 3 }, /number of shards 3 instead of 2/],
    ['runs', { plan: { cyclesPerRun: 7 } }, /cycles of every run 7 instead of 400/],
    ['program', { plan: { program: 'afterclose 9' } }, /made by afterclose 9 instead of afterclose 0\.1\.0/],
    [
      'tracer',
      { plan: { tracerVersion: 'DTrace 1' } },
      /version of the tracer DTrace 1 instead of DTrace 2\.0\.7/,
    ],
    [
      'binary',
      {
        plan: {
          binaries: [{ variant: 'unfixed', toolchain: 'go1.9.7', goVersion: 'go1.9.7', sha256: other }],
        },
      },
      /binary of unfixed@go1\.9\.7 cccccccccccc instead of aaaaaaaaaaaa/,
    ],
    [
      'arm',
      { plan: { arms: judgedArms.map(({ arm }) => ({ ...arm, tracer: 'strace', arguments: null })) } },
      /arm unfixed@go1\.9\.7:strace, which those have not/,
    ],
    [
      'question',
      { plan: { question: { kind: 'repro' } as const } },
      /question \{"kind":"repro"\} instead of \{"kind":"gate"/,
    ],
  ])('another %s', async (_, change, why) => {
    const [first = '', second = ''] = await writeShards(await temporaryDirectory(), 2);
    await writeFile(join(second, 'shard.ndjson'), shardText({ index: 2, of: 2, ...change }));
    await expect(merged([first, second])).rejects.toMatchObject({
      exitCode: 2,
      why: stringMatching(why),
    });
  });

  test('a shard that is there twice', async () => {
    const directory = await temporaryDirectory();
    const paths = await writeShards(directory, 2);
    await mkdir(join(directory, 'again'));
    await copyFile(join(paths[0]!, 'shard.ndjson'), join(directory, 'again', 'shard.ndjson'));
    await expect(merged([directory])).rejects.toMatchObject({
      exitCode: 2,
      why: 'shard 1 of 2 is there already',
    });
  });

  test('a run that another shard has too', async () => {
    const paths = await writeShards(await temporaryDirectory(), 2);
    const own = judgedArms[0]!.runs[1]!.run;
    const stolen = judgedArms[0]!.runs[0]!.run;
    const arms = judgedArms.map(({ arm, runs }) => ({
      arm,
      runs: runs.map((run) => (run.run === own ? { ...judgedArms[1]!.runs[1]!, run: stolen } : run)),
    }));
    await writeFile(join(paths[1]!, 'shard.ndjson'), shardText({ index: 2, of: 2, arms }));
    await expect(merged(paths)).rejects.toMatchObject({ exitCode: 2, why: `run ${stolen} is there already` });
  });

  test('a run that the plan has not', async () => {
    const paths = await writeShards(await temporaryDirectory(), 2);
    const arms = judgedArms.map(({ arm, runs }) => ({
      arm,
      runs: runs.map((run, place) =>
        place === 1 && arm === judgedArms[1]!.arm ? { ...run, run: '0061' } : run,
      ),
    }));
    await writeFile(join(paths[1]!, 'shard.ndjson'), shardText({ index: 2, of: 2, arms }));
    await expect(merged(paths)).rejects.toMatchObject({ exitCode: 2, why: 'the plan has no run 0061' });
  });
});

test.each([
  ['a directory without shards', (directory: string) => directory, /it holds no shard\.ndjson/],
  ['nothing', (directory: string) => join(directory, 'none'), /no such file or directory/],
])('%s is refused', async (_, place, why) => {
  const path = place(await temporaryDirectory());
  await expect(merged([path])).rejects.toMatchObject({ exitCode: 2, why: stringMatching(why) });
});

test('something after the last section is not passed over', async () => {
  const [path = ''] = await writeShards(await temporaryDirectory(), 1);
  await appendFile(join(path, 'shard.ndjson'), '{}\n');
  await expect(merged([path])).rejects.toMatchObject({ exitCode: 4 });
});

/** Typed, unlike vitest's own. */
function stringMatching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
