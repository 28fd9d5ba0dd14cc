/** From built programs to the plan that is saved, and how many runs a budget has room for. */
import { release, type } from 'node:os';
import { armId } from '../../src/experiment/arm.ts';
import type { Arm } from '../../src/experiment/arm.ts';
import { planSession, untraced } from '../../src/experiment/plan.ts';
import type { Plan, PlanRequest } from '../../src/experiment/plan.ts';
import { takeShard } from '../../src/experiment/shard.ts';
import type { Shard } from '../../src/experiment/shard.ts';
import type { Question } from '../../src/report/question.ts';
import { formatCounted } from '../../src/report/quantity.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { PortPair } from '../run/ports.ts';
import type { BlockTime, RunnableProgram } from '../run/session.ts';
import { storeSchemaVersion } from '../store/session-file.ts';
import type { SessionFile } from '../store/session-file.ts';
import { targetEnvironment } from '../config/build-target.ts';
import { armOf } from './wanted-arms.ts';
import type { BuiltProgram, WantedArm } from './wanted-arms.ts';
import type { Companion } from './companion-choice.ts';
import type { ChosenTracer } from './tracer-choice.ts';

export interface ExperimentPlan extends Pick<
  SessionFile,
  | 'session'
  | 'program'
  | 'command'
  | 'seed'
  | 'scenario'
  | 'warmUpRuns'
  | 'cyclesPerRun'
  | 'network'
  | 'machine'
> {
  readonly startedAt: Date;
  readonly question: Question;
  readonly beside: PlanRequest['beside'];
  /** Null: all of it. */
  readonly shard: Shard | null;
  /** Null: to be fixed from the warm-up. */
  readonly runsPerArm: number | null;
  readonly arms: readonly PlannedProgram[];
  /** Null: no block has one. */
  readonly companion: Companion | null;
  /** Null: those that the program has by itself. */
  readonly ports: PortPair | null;
}

/** An arm whose names have become a program and a tracer. */
export interface PlannedProgram {
  readonly program: BuiltProgram;
  readonly tracer: ChosenTracer;
  readonly role: WantedArm['role'];
}

/** @throws HarnessError (usage) where a gate has one arm in two roles, or a comparison has only one arm */
export function planExperiment(request: ExperimentPlan): SessionFile {
  const { startedAt, beside, arms: wanted, companion, ports, runsPerArm, ...same } = request;
  const asked = distinct(wanted.map(({ program, tracer, role }) => armOf(program, tracer.name, role)));
  const [only] = asked;
  if (same.question.kind === 'compare' && asked.length < 2) throw nothingToCompare(only);
  const { seed, warmUpRuns, shard } = same;
  const plan = planSession({
    seed,
    arms: asked,
    beside,
    runsPerArm: runsPerArm ?? 0,
    warmUpRuns,
  });
  const { arms } = plan;
  if (shard !== null && (runsPerArm ?? 0) * arms.length < shard.of) throw tooManyShards(shard, plan.blocks);
  const blocks = shard === null ? plan.blocks : takeShard(plan, runsPerArm ?? 0, shard);
  const [first] = wanted;
  const programs = [...new Map(wanted.map(({ program }) => [keyOf(program), program])).values()];
  return {
    schemaVersion: storeSchemaVersion,
    ...same,
    startedAt: startedAt.toISOString(),
    tracerRequested: first?.tracer.requested ?? null,
    tracer: first?.tracer.name ?? untraced,
    tracerVersion: first?.tracer.version ?? null,
    kernel: `${type()} ${release()}`,
    runsPerArm,
    binaries: programs.map(({ variant, toolchain, goVersion, sha256 }) => ({
      variant,
      toolchain,
      goVersion,
      sha256,
    })),
    arms: arms.map((arm) => {
      const { target } = programOf(arm, programs);
      return {
        ...arm,
        arguments: target === null ? variantArguments(request, ports) : [...target.command.slice(1)],
        claims: target === null ? 'made' : 'none',
        timeoutMs: target?.timeoutMs ?? null,
      };
    }),
    blocks: blocks.map(({ tracer, purpose, runs }) => ({
      tracer,
      companion: companion?.beside === tracer ? { tracer: companion.name, version: companion.version } : null,
      purpose,
      runs: [...runs],
    })),
  };
}

/** By arm of the plan. */
export function runnablePrograms(
  plan: Pick<SessionFile, 'arms'>,
  built: readonly BuiltProgram[],
): readonly RunnableProgram[] {
  return plan.arms.map((arm) => {
    const { file, target } = programOf(arm, built);
    return {
      file,
      directory: target?.directory ?? null,
      env: target === null ? null : targetEnvironment(target),
    };
  });
}

/**
 * The whole runs of every arm that fit into what the warm-up left of a budget, at least one: a round holds each arm
 * once, and only whole rounds count.
 * @param plan of the session with two counted runs of each arm, so that it has every block
 */
export function runsWithin(
  budgetMs: number,
  plan: Pick<SessionFile, 'blocks'>,
  took: readonly BlockTime[],
): number {
  const { onceMs, roundMs } = timeOf(plan, took);
  const spentMs = took.reduce((sum, { wallMs }) => sum + wallMs, 0);
  return Math.max(1, Math.floor((budgetMs - spentMs - onceMs) / roundMs));
}

/** How long counted runs take, from the warm-up. @param plan as for `runsWithin` */
export function estimateMs(
  runsPerArm: number,
  plan: Pick<SessionFile, 'blocks'>,
  took: readonly BlockTime[],
): number {
  const { onceMs, roundMs } = timeOf(plan, took);
  return onceMs + runsPerArm * roundMs;
}

/** Tracers start and end once for each block; a round is one run of every arm. */
function timeOf({ blocks }: Pick<SessionFile, 'blocks'>, took: readonly BlockTime[]) {
  const counted = blocks.filter(({ purpose }) => purpose === 'counted').map(({ tracer }) => tracer);
  let [onceMs, roundMs] = [0, 0];
  for (const { tracer, wallMs, runsMs } of took) {
    const warmUpRounds = roundsIn(blocks, tracer);
    onceMs += (wallMs - runsMs) * counted.filter((each) => each === tracer).length;
    roundMs += runsMs / warmUpRounds;
  }
  return { onceMs, roundMs };
}

/** How often the warm-up of a tracer ran each of its arms. */
function roundsIn(blocks: SessionFile['blocks'], tracer: string): number {
  const runs = blocks.find((block) => block.tracer === tracer && block.purpose === 'warm-up')?.runs ?? [];
  return runs.length / Math.max(1, new Set(runs.map(({ arm }) => arm)).size);
}

function variantArguments({ cyclesPerRun, network }: ExperimentPlan, ports: PortPair | null): string[] {
  return [
    ...['-cycles', String(cyclesPerRun), '-network', network],
    ...(ports === null ? [] : ['-ports', ports.join(',')]),
  ];
}

type Named = Pick<BuiltProgram, 'variant' | 'toolchain'>;

function programOf(arm: Named, built: readonly BuiltProgram[]): BuiltProgram {
  const found = built.find((program) => keyOf(program) === keyOf(arm));
  if (found === undefined) throw new RangeError(`the plan names a program that was not built: ${keyOf(arm)}`);
  return found;
}

function keyOf({ variant, toolchain }: Named): string {
  return `${variant}@${toolchain ?? ''}`;
}

/** `local` may be one of the other releases. */
function distinct(arms: readonly Arm[]): Arm[] {
  const kept = new Map<string, Arm>();
  for (const arm of arms) {
    const same = kept.get(armId(arm));
    if (same !== undefined && same.role !== arm.role) throw twoRoles(armId(arm), [same.role, arm.role]);
    kept.set(armId(arm), arm);
  }
  return [...kept.values()];
}

function twoRoles(id: string, roles: readonly Arm['role'][]): HarnessError {
  return new HarnessError({
    what: `${id} can not be both ${roles.join(' and ')}`,
    why: 'the known-bad and the known-good arm show what the gate can see, the subjects are what it looks at',
    remedy: 'name another arm for one of them',
    exitCode: exitCodes.usage,
  });
}

function tooManyShards({ of }: Shard, blocks: Plan['blocks']): HarnessError {
  const counted = blocks.filter(({ purpose }) => purpose === 'counted');
  const runs = counted.reduce((sum, block) => sum + block.runs.length, 0);
  return new HarnessError({
    what: `there are ${of} shards and less to do`,
    why: `the plan has ${formatCounted(runs, 'run')}, so that some shards would have none`,
    remedy: 'take fewer shards, or more runs with --runs',
    exitCode: exitCodes.usage,
  });
}

function nothingToCompare(only: Arm | undefined): HarnessError {
  return new HarnessError({
    what: 'there is nothing to compare',
    why: `all that was named is one arm: ${only === undefined ? 'none' : armId(only)} (local counts as the release that it is)`,
    remedy: 'name two arms that differ in their variant, their Go release or their tracer',
    exitCode: exitCodes.usage,
  });
}
