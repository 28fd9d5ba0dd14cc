/** Files of shards as nobody honest would write them: refused with the reason, and nothing of them is used. */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { HarnessError } from '../../harness/errors.ts';
import { mergeFiles } from '../../harness/shards/merge-files.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { judgedArms, sharedPlan, shardText } from '../unit/harness/shards/sample-shards.ts';
import { durationRecorder } from '../../src/statistics/distribution.ts';

const directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const honest = join(directory, 'honest.ndjson');
const hostile = join(directory, 'hostile.ndjson');
const text = Buffer.from(shardText({ index: 2, of: 2 }));

beforeEach(() => writeFile(honest, shardText({ index: 1, of: 2 })));

/** What the merge of an honest shard with these bytes says. */
async function refusalOf(bytes: Buffer | string): Promise<HarnessError> {
  await writeFile(hostile, bytes);
  const error = await mergeFiles([honest, hostile]).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HarnessError);
  return error as HarnessError;
}

test('the bytes are good as they are', async () => {
  await writeFile(hostile, text);
  expect((await mergeFiles([honest, hostile])).report.outcome).toBe('as-expected');
});

describe('altered', () => {
  test('a file that is cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), async (length) => {
        expect((await refusalOf(text.subarray(0, length))).exitCode).toBe(4);
      }),
      { numRuns: 60 },
    );
  });

  test('a file with one other byte anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const { exitCode } = await refusalOf(bytes);
        expect([2, 4]).toContain(exitCode);
      }),
      { numRuns: 150 },
    );
  });

  test('lines that are missing, twice, or in another order', async () => {
    const lines = text.toString().trimEnd().split('\n');
    const index = fc.nat(lines.length - 1);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('missing', 'twice', 'swapped'), index, index, async (how, a, b) => {
        fc.pre(how !== 'swapped' || a !== b);
        const others = [...lines];
        if (how === 'missing') others.splice(a, 1);
        else if (how === 'twice') others.splice(a, 0, lines[a]!);
        else [others[a], others[b]] = [lines[b]!, lines[a]!];
        const { exitCode } = await refusalOf(others.map((line) => `${line}\n`).join(''));
        expect([2, 4]).toContain(exitCode);
      }),
      { numRuns: 100 },
    );
  });

  test('any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        expect((await refusalOf(Buffer.from(bytes))).exitCode).toBe(4);
      }),
      { numRuns: 100 },
    );
  });
});

/** Sealed by whoever made it: the fingerprint is right, the content is not. */
describe('hostile', () => {
  const recorder = durationRecorder();
  for (const ns of [5, 7]) recorder.add(ns);
  const two = recorder.distribution();
  const [clean] = judgedArms[2]!.runs;
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ['a run named like a path', { run: '../../etc/passwd' }, /run: Invalid string/],
    ['a run named like no other', { run: 'constructor' }, /the plan has no run constructor/],
    ['a run of another spelling', { run: '01' }, /the plan has no run 01/],
    ['NaN', { doubtsOmitted: NaN }, /doubtsOmitted: Invalid input/],
    ['infinity', { doubtsOmitted: Infinity }, /doubtsOmitted: Invalid input/],
    ['half a run', { doubtsOmitted: 0.5 }, /doubtsOmitted/],
    ['less than none', { findingsOmitted: -1 }, /findingsOmitted/],
    ['a sum beyond whole numbers', { figures: { ...clean!.figures, binds: 2 ** 53 } }, /figures\.binds/],
    ['a key of its own', { extra: true }, /extra/],
    ['a verdict that its doubts forbid', { doubtsOmitted: 1 }, /its verdict is not what/],
    ['a held run that shows nothing', { verdict: 'held' }, /its verdict is not what/],
    ['more refused than asked', { claimed: { cycles: 1, binds: 1, addressInUse: 2 } }, /more binds failed/],
    [
      'durations that do not add up',
      { figures: { ...clean!.figures, linger: { ...two, count: 3 } } },
      /its buckets, ends and count disagree/,
    ],
    ['a text without an end', { notes: [noteOf('x'.repeat(20_000))] }, /notes\.0\.text/],
    ['a line without an end', { extra: 'x'.repeat(9 * 2 ** 20) }, /a line is longer than 8388608 bytes/],
    [
      'a finding of another run',
      { verdict: 'unknown', findings: judgedArms[0]!.runs[0]!.findings, findingsOmitted: 0 },
      /it tells of another run/,
    ],
  ];

  test.each(cases)('%s', async (_, change, why) => {
    const arms = judgedArms.map(({ arm, runs }, index) => ({
      arm,
      runs: index !== 2 ? runs : runs.map((run, place) => (place < 9 ? run : { ...run, ...change })),
    }));
    const refusal = await refusalOf(shardText({ index: 2, of: 2, arms }));
    expect(refusal.why).toMatch(why);
    expect([2, 4]).toContain(refusal.exitCode);
  });

  test.each([
    ['an untraced run that claims to be clean', 3, { verdict: 'clean' }, /an untraced run has a verdict/],
    ['two runs of one name', 2, { run: judgedArms[2]!.runs[1]!.run }, /is there already/],
  ])('%s', async (_, changed, change, why) => {
    const arms = judgedArms.map(({ arm, runs }, index) => ({
      arm,
      runs: index !== changed ? runs : runs.map((run) => ({ ...run, ...change }) as RunSummary),
    }));
    expect((await refusalOf(shardText({ index: 2, of: 2, arms }))).why).toMatch(why);
  });

  test.each([
    ['of a later version', { schemaVersion: 2 }, 2, /it has schema version 2, this program reads 1/],
    [
      'with the digest of another plan',
      { planDigest: 'd'.repeat(64) },
      4,
      /its plan is not the one that it names/,
    ],
    ['of more shards than its plan', { shard: { index: 2, of: 3 } }, 4, /another number of shards/],
    ['beyond the last shard', { shard: { index: 3, of: 2 } }, 4, /there are not that many shards/],
  ])('a header %s', async (_, header, exitCode, why) => {
    const refusal = await refusalOf(shardText({ index: 2, of: 2, header: header as object }));
    expect(refusal).toMatchObject({ exitCode, why: stringMatching(why) });
  });

  test('more kinds of doubts than there are', async () => {
    const doubtOf = (run: string, number: number) => ({
      ...{ code: `kind-${'abcdefghij'[number % 10]!.repeat(1 + Math.floor(number / 10))}`, run, text: '' },
      ...{ address: null, pid: null, at: null },
    });
    const arms = judgedArms.map(({ arm, runs }, index) => ({
      arm,
      runs: index !== 2 ? runs : runs.map((run) => manyDoubts(run)),
    }));
    function manyDoubts(run: RunSummary): RunSummary {
      const doubts = Array.from({ length: 101 }, (_, number) => doubtOf(run.run, number));
      return { ...run, verdict: 'unknown', doubts } as unknown as RunSummary;
    }
    expect((await refusalOf(shardText({ index: 2, of: 2, arms }))).why).toMatch(
      /more than 100 kinds of doubts/,
    );
  });

  test('a plan of more runs than fit anywhere takes no memory', async () => {
    const refusal = await refusalOf(
      shardText({ index: 2, of: 2, header: { plan: { ...sharedPlan(2), runsPerArm: 1e15 } } }),
    );
    expect(refusal).toMatchObject({ exitCode: 4, why: stringMatching(/plan\.runsPerArm/) });
  });

  test('a gigabyte of nothing is refused after a few of its megabytes', async () => {
    const file = await open(hostile, 'w');
    await file.truncate(2 ** 30);
    await file.close();
    const before = process.memoryUsage().arrayBuffers;
    await expect(mergeFiles([honest, hostile])).rejects.toMatchObject({
      exitCode: 4,
      why: stringMatching(/a line is longer than/),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 2 ** 20);
  });

  test('a symbolic link is not followed', async () => {
    const link = join(directory, 'link.ndjson');
    await symlink(honest, link);
    await expect(mergeFiles([link])).rejects.toMatchObject({ exitCode: 4, why: 'it is a symbolic link' });
  });
});

function noteOf(told: string): RunSummary['notes'][number] {
  return { code: 'outlives-close', address: 'udp 127.0.0.1:3001', count: 1, text: told };
}

/** Typed, unlike vitest's own. */
function stringMatching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
