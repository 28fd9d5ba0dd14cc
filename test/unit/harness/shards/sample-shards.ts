/** A judged gate, as one session would have judged it, and the files that its shards would leave. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, shardFileName } from '../../../../harness/shards/shard-file.ts';
import type { ShardEnd, ShardHeader, SharedPlan } from '../../../../harness/shards/shard-file.ts';
import { sectionOf } from '../../../../harness/shards/write-shard.ts';
import { planSession } from '../../../../src/experiment/plan.ts';
import { placesOf } from '../../../../src/experiment/shard.ts';
import { buildReport } from '../../../../src/report/build.ts';
import type { JudgedArm } from '../../../../src/report/build.ts';
import type { Report } from '../../../../src/report/report.ts';
import type { RunSummary } from '../../../../src/verdict/run-summary.ts';
import { arms as sampleArms } from '../../report/sample-session.ts';

const question = {
  kind: 'gate',
  claim: { below: 0.3, confidence: 0.95 },
  inconclusive: 'fail',
  baseline: null,
} as const;

const command = 'afterclose gate --seed one';

const asked = [
  { ...sampleArms.unfixedOld.arm, role: 'known-bad' },
  { ...sampleArms.unfixedNew.arm, role: 'known-good' },
  { ...sampleArms.fixedOld.arm, role: 'subject' },
] as const;

const runsPerArm = 10;

/** The arms of the whole session, each with its runs as the plan names them. */
export const judgedArms: readonly JudgedArm[] = judge();

function judge(): readonly JudgedArm[] {
  const plan = planSession({ seed: 'one', arms: asked, beside: 'untraced', runsPerArm, warmUpRuns: 0 });
  const samples = [
    sampleArms.unfixedOld,
    sampleArms.unfixedNew,
    sampleArms.fixedOld,
    sampleArms.unfixedOldAlone,
    sampleArms.unfixedNewAlone,
    sampleArms.fixedOldAlone,
  ];
  return plan.arms.map((arm, index) => {
    const names = plan.blocks.flatMap(({ runs }) => runs.filter((run) => run.arm === index));
    const made = samples[index]?.runs ?? [];
    const crossCheckOf = (place: number) => (arm.tracer === 'none' ? null : crossCheck(place));
    return {
      arm,
      runs: names.map(({ run }, place) => ({
        ...renamed(made[place % made.length]!, run),
        crossCheck: crossCheckOf(place),
      })),
    };
  });
}

/** Two in five could not be made. */
function crossCheck(place: number): RunSummary['crossCheck'] {
  const none = { tracer: 'ebpf', undetermined: 0, disagreements: 0 };
  if (place % 5 > 2)
    return { ...none, compared: 0, refused: 0, notMade: `the trace of run ${place} is not whole` };
  return { ...none, compared: 800, refused: place, notMade: null };
}

function renamed(summary: RunSummary, run: string): RunSummary {
  return {
    ...summary,
    run,
    findings: summary.findings.map((finding) => ({ ...finding, run })),
    doubts: summary.doubts.map((doubt) => ({ ...doubt, run })),
  };
}

export function wholeReport(arms: readonly JudgedArm[] = judgedArms): Report {
  return buildReport({
    command,
    seed: 'one',
    session: '20261125T000000-abcdef',
    tracerRequested: null,
    tracer: 'dtrace',
    question,
    machine: { loadAverage: 0.5, cpus: 2 },
    warmUpRuns: 0,
    shard: null,
    end: { kind: 'completed' },
    arms,
    doubts: [],
  });
}

export function sharedPlan(of: number, changes: Partial<SharedPlan> = {}): SharedPlan {
  return {
    program: 'afterclose 0.1.0',
    scenario: 'udp-reconnect',
    seed: 'one',
    shards: of,
    question,
    runsPerArm,
    warmUpRuns: 0,
    cyclesPerRun: 400,
    network: 'udp4',
    tracerRequested: null,
    tracer: 'dtrace',
    tracerVersion: 'DTrace 2.0.7',
    arms: judgedArms.map(({ arm }) => ({ ...arm, arguments: null })),
    binaries: [
      { variant: 'unfixed', toolchain: 'go1.9.7', goVersion: 'go1.9.7', sha256: 'a'.repeat(64) },
      { variant: 'semaphore', toolchain: 'go1.9.7', goVersion: 'go1.9.7', sha256: 'b'.repeat(64) },
    ],
    ...changes,
  };
}

export interface SampleShard {
  readonly index: number;
  readonly of: number;
  readonly plan?: Partial<SharedPlan>;
  readonly header?: Partial<ShardHeader>;
  readonly end?: Partial<Pick<ShardEnd, 'ended' | 'doubts'>>;
  readonly arms?: readonly JudgedArm[];
}

/** The text of a shard's file. */
export function shardText({ index, of, plan, header, end, arms = judgedArms }: SampleShard): string {
  const shared = sharedPlan(of, plan);
  const shard = { index, of };
  const whole: ShardHeader = {
    kind: 'shard',
    schemaVersion: 1,
    shard,
    plan: shared,
    planDigest: digestOf(shared),
    session: `s${index}`,
    command,
    kernel: 'Linux 6.12',
    machine: { loadAverage: 0.5, cpus: 2 },
    ...header,
  };
  const parts = arms.map(({ runs }, arm) => {
    const { first } = placesOf(arm, runsPerArm, shard);
    return { runs: runs.filter((_, place) => place >= first && (place - first) % of === 0) };
  });
  return [...sectionOf(whole, parts, { ended: 'completed', doubts: [], ...end })].join('');
}

/** @returns the directories of the shards, in their order */
export async function writeShards(directory: string, of: number, more: Partial<SampleShard> = {}) {
  const paths: string[] = [];
  for (let index = 1; index <= of; index++) {
    const path = join(directory, `shard-${index}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, shardFileName), shardText({ ...more, index, of }));
    paths.push(path);
  }
  return paths;
}
