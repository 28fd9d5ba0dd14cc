/**
 * The shards of one plan become the session that they were split from: their runs are added up one by one, in whatever
 * order they come, and the report is made of that by the same function. Nothing is kept of a run that a report does
 * not tell.
 */
import type { Arm } from '../../src/experiment/arm.ts';
import { placesOf } from '../../src/experiment/shard.ts';
import { reportOf } from '../../src/report/build.ts';
import { ArmTally } from '../../src/report/arm-tally.ts';
import type { Report } from '../../src/report/report.ts';
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { MachineFacts } from '../../src/statistics/caution.ts';
import { describeDifferences } from './differences.ts';
import { missingDoubt } from './missing-shards.ts';
import type { SectionReader } from './read-shard-file.ts';
import { RunNames } from './run-names.ts';
import { summaryOf } from './run-line.ts';
import type { RunLine } from './run-line.ts';
import type { ShardEnd, ShardHeader, SharedPlan } from './shard-file.ts';

/** Why a shard does not belong to the others. */
export class StrangeShard extends Error {}

/** @throws StrangeShard from its methods; the whole merge is void then */
export class ShardMerge implements SectionReader {
  #first: { readonly plan: SharedPlan; readonly digest: string } | null = null;
  readonly #seen = new Set<number>();
  #tallies: readonly ArmTally[] = [];
  #names = new RunNames(0);
  readonly #doubts: { readonly shard: number; readonly doubts: readonly Doubt[] }[] = [];
  #isBroken = false;
  #busiest: MachineFacts | null = null;
  #command: { readonly shard: number; readonly words: string } | null = null;

  begin({ shard, plan, planDigest, machine, command }: ShardHeader): void {
    const first = (this.#first ??= this.#start(plan, planDigest));
    if (first.digest !== planDigest) throw new StrangeShard(describeDifferences(first.plan, plan));
    if (this.#seen.has(shard.index)) {
      throw new StrangeShard(`shard ${shard.index} of ${shard.of} is there already`);
    }
    this.#seen.add(shard.index);
    this.#busiest = busier(this.#busiest, machine);
    if (this.#command === null || shard.index < this.#command.shard) {
      this.#command = { shard: shard.index, words: command };
    }
  }

  run(line: RunLine): void {
    const why = this.#names.refuse(line.run);
    if (why !== null) throw new StrangeShard(why);
    this.#tallies[line.arm]?.add(summaryOf(line), line.place);
  }

  end({ ended, doubts }: ShardEnd, { shard }: ShardHeader): void {
    if (ended !== 'completed') this.#isBroken = true;
    if (this.#tallies.some((tally) => tally.doubts.codes > mostCodes)) {
      throw new StrangeShard(`there are more than ${mostCodes} kinds of doubts`);
    }
    if (doubts.length === 0) return;
    const told = doubts.slice(0, doubtsKept).map((doubt) => ({
      ...(doubt as Doubt),
      text: `shard ${shard.index} of ${shard.of}: ${doubt.text}`,
    }));
    this.#doubts.push({ shard: shard.index, doubts: told });
  }

  /** To be called once, after the last shard; without any there is none. */
  report(): Report {
    if (this.#first === null) throw new RangeError('there is no shard to report of');
    const { plan, digest } = this.#first;
    const missing = shardsMissing(plan.shards, this.#seen);
    for (const index of missing) {
      for (const [arm, tally] of this.#tallies.entries()) {
        tally.addMissing(placesOf(arm, plan.runsPerArm, { index, of: plan.shards }).count);
      }
    }
    const doubts = this.#doubts.sort((a, b) => a.shard - b.shard).flatMap((each) => each.doubts);
    const { seed, question, tracer, tracerRequested, warmUpRuns } = plan;
    return reportOf(
      {
        command: this.#command?.words ?? '',
        seed,
        session: `merged-${digest.slice(0, 12)}`,
        tracerRequested,
        tracer,
        question,
        machine: this.#busiest,
        warmUpRuns,
        shard: null,
        end: { kind: missing.length > 0 || this.#isBroken ? 'broken-off' : 'completed' },
        doubts: [...missingDoubt(missing, plan), ...doubts],
      },
      plan.arms.map((arm, index) => ({ arm: plainArm(arm), tally: this.#tallies[index] ?? new ArmTally(0) })),
    );
  }

  #start(plan: SharedPlan, digest: string): { readonly plan: SharedPlan; readonly digest: string } {
    this.#tallies = plan.arms.map(() => new ArmTally(plan.runsPerArm));
    this.#names = new RunNames((plan.runsPerArm + plan.warmUpRuns) * plan.arms.length);
    return { plan, digest };
  }
}

/** Twice those that there are: files of a stranger must not fill memory with new ones. */
const mostCodes = 100;

/** Of one shard: enough to see what happened to it. */
const doubtsKept = 20;

function shardsMissing(of: number, seen: ReadonlySet<number>): readonly number[] {
  return Array.from({ length: of }, (_, index) => index + 1).filter((index) => !seen.has(index));
}

/** Whatever the order: the higher load for each processor, then the higher load. */
function busier(a: MachineFacts | null, b: MachineFacts | null): MachineFacts | null {
  if (a === null || b === null) return a ?? b;
  const difference = a.loadAverage / a.cpus - b.loadAverage / b.cpus || a.loadAverage - b.loadAverage;
  return difference >= 0 ? a : b;
}

function plainArm({ variant, toolchain, tracer, expected, role }: SharedPlan['arms'][number]): Arm {
  return { variant, toolchain, tracer, expected, role };
}
