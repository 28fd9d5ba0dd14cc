/**
 * A gate in four shards on the real thing: together they are the session that was not split. The race itself is drawn
 * anew in every session, so what is compared is the plan, run by run, and everything that is judged.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { sessionSchema } from '../../harness/store/session-file.ts';
import { reportSchema } from '../../src/report/report.ts';
import type { Report } from '../../src/report/report.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';
import { missingEbpf } from './started-repro.ts';

let missing: string | null = null;
beforeAll(async () => {
  missing = await missingEbpf();
});
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

const words = [
  ...['gate', 'semaphore@1.9.7', '--tracer', 'ebpf', '--runs', '4', '--claim', '<53% at 95%'],
  ...['--seed', 'one', '--json'],
];
const shards = [1, 2, 3, 4];

test('four shards and the whole: one plan, one answer; one withheld: inconclusive', async () => {
  const cwd = await temporaryDirectory();
  const whole = await afterclose([...words, '--out', 'whole'], { cwd });
  expect(whole.exitCode).toBe(0);
  for (const index of shards) {
    const shard = await afterclose([...words, '--shard', `${index}/4`, '--out', `shard-${index}`], { cwd });
    const report = reportOf(shard.stdout);
    expect([shard.exitCode, report.outcome, report.shard]).toEqual([0, 'inconclusive', { index, of: 4 }]);
  }

  const planned = await countedRuns(join(cwd, 'whole'));
  const parts = await Promise.all(shards.map((index) => countedRuns(join(cwd, `shard-${index}`))));
  expect(parts.flat().sort()).toEqual(planned);

  const directories = shards.map((index) => `shard-${index}`);
  const merged = await afterclose(['merge', ...directories, '--json'], { cwd });
  expect([merged.exitCode, merged.stderr]).toEqual([0, '']);
  expect(judged(reportOf(merged.stdout))).toEqual(judged(reportOf(whole.stdout)));
  const otherOrder = await afterclose(['merge', ...directories.reverse(), '--json'], { cwd });
  expect(otherOrder.stdout).toBe(merged.stdout);

  // The file of a shard can be had again from its session.
  const kept = await readFile(join(cwd, 'shard-2', 'shard.ndjson'), 'utf8');
  await afterclose(['check', 'shard-2', '--write-shard', 'again.ndjson'], { cwd });
  expect(await readFile(join(cwd, 'again.ndjson'), 'utf8')).toBe(kept);

  await rm(join(cwd, 'shard-3'), { recursive: true });
  const withheld = await afterclose(['merge', '.', '--json'], { cwd });
  expect([withheld.exitCode, reportOf(withheld.stdout).outcome]).toEqual([4, 'inconclusive']);
  expect(reportOf(withheld.stdout).doubts.map(({ code }) => code)).toEqual(['shard-missing']);
});

function reportOf(stdout: string): Report {
  return reportSchema.parse(JSON.parse(stdout));
}

/** Run and arm, by name, in their order. */
async function countedRuns(session: string): Promise<readonly string[]> {
  const plan = sessionSchema.parse(JSON.parse(await readFile(join(session, 'session.json'), 'utf8')));
  const counted = plan.blocks.filter(({ purpose }) => purpose === 'counted');
  return counted.flatMap(({ runs }) => runs.map(({ run, arm }) => `${run} of ${arm}`)).sort();
}

/** All that does not depend on how often the race was met, on the load of the machine, or on the session. */
function judged(report: Report): unknown {
  return {
    ...report,
    session: null,
    arms: report.arms.map(
      ({ id, role, expected, verdict, runs, heldRuns, unknownRuns, heldShare, doubts }) => {
        return { id, role, expected, verdict, runs, heldRuns, unknownRuns, heldShare, doubts };
      },
    ),
    findings: report.findings.map(({ variant, toolchain, certain }) => [variant, toolchain, certain]),
    findingsOmitted: null,
    tracerEffects: report.tracerEffects.map(({ arm }) => arm),
    cautions: report.cautions.filter(({ code }) => code !== 'machine-busy' && !code.startsWith('tracer-')),
  };
}
