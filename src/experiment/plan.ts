/**
 * Which run of which arm comes when. Untraced runs are blocks of their own, before and after the traced
 * ones, since an attached tracer slows every process of the machine; inside a block the arms are
 * interleaved in random order, so that drift of the machine hits all of them alike. Warm-up runs, which
 * nobody counts, are blocks before all others: how long they took can decide how many runs follow.
 */
import { isSameProgram, type Arm } from './arm.ts';
import { randomFromSeed, shuffle } from './random.ts';
import type { Random } from './random.ts';

/** The name of the tracer that watches nothing. */
export const untraced = 'none';

export interface PlanRequest {
  /** Any text; the same text gives the same plan, and the same warm-up whatever the runs of each arm. */
  readonly seed: string;
  /** Those that were asked for, in the order in which they are shown; of every tracer, `none` included. */
  readonly arms: readonly Arm[];
  /** Whether the programs of the traced arms that make claims are run untraced too, as often as traced. */
  readonly beside: 'untraced' | 'nothing';
  /** Counted ones of every arm, traced and untraced alike. */
  readonly runsPerArm: number;
  /** Of every arm, before the first counted one. */
  readonly warmUpRuns: number;
}

export interface Plan {
  /** Those that were asked for, then the untraced ones beside them. */
  readonly arms: readonly Arm[];
  readonly blocks: readonly PlannedBlock[];
}

/** Runs that one tracer process (or none) watches, in their order. */
export interface PlannedBlock {
  readonly tracer: string;
  readonly purpose: 'counted' | 'warm-up';
  readonly runs: readonly PlannedRun[];
}

export interface PlannedRun {
  /** `0001`, `0002`, ... in the order of execution, unique in the session. */
  readonly run: string;
  /** Index into the plan's arms. */
  readonly arm: number;
}

export function planSession(request: PlanRequest): Plan {
  const { runsPerArm, warmUpRuns } = request;
  const random = randomFromSeed(request.seed);
  const arms = [...request.arms, ...(request.beside === 'untraced' ? untracedBeside(request.arms) : [])];
  const tracers = [...new Set(arms.map(({ tracer }) => tracer))].filter((tracer) => tracer !== untraced);
  const block = (purpose: PlannedBlock['purpose'], tracer: string, howMany: number): ArmOrder => ({
    purpose,
    tracer,
    arms: rounds(
      arms.flatMap((arm, index) => (arm.tracer === tracer ? [index] : [])),
      howMany,
      random,
    ),
  });
  // Where nothing is traced, nothing lies between a block before and a block after.
  const before = tracers.length === 0 ? runsPerArm : Math.ceil(runsPerArm / 2);
  return {
    arms,
    blocks: nameRuns([
      ...[...tracers, untraced].map((tracer) => block('warm-up', tracer, warmUpRuns)),
      block('counted', untraced, before),
      ...tracers.map((tracer) => block('counted', tracer, runsPerArm)),
      block('counted', untraced, runsPerArm - before),
    ]),
  };
}

/**
 * Each program once, however many tracers watch it. Without a tracer there is no evidence, so nothing can be
 * expected; and a command of the user would say nothing at all.
 */
function untracedBeside(arms: readonly Arm[]): Arm[] {
  const alone: Arm[] = [];
  for (const arm of arms.filter(({ toolchain }) => toolchain !== null)) {
    if ([...arms, ...alone].some((each) => each.tracer === untraced && isSameProgram(each, arm))) continue;
    alone.push({ ...arm, tracer: untraced, expected: null, role: null });
  }
  return alone;
}

interface ArmOrder extends Pick<PlannedBlock, 'tracer' | 'purpose'> {
  readonly arms: readonly number[];
}

/** Every round holds each arm once. */
function rounds(arms: readonly number[], howMany: number, random: Random): number[] {
  return Array.from({ length: howMany }, () => shuffle(arms, random)).flat();
}

/** @param number in the order of execution, from 1 */
export function runName(number: number): string {
  return String(number).padStart(4, '0');
}

function nameRuns(orders: readonly ArmOrder[]): PlannedBlock[] {
  let number = 0;
  return orders
    .filter((order) => order.arms.length > 0)
    .map(({ tracer, purpose, arms }) => ({
      tracer,
      purpose,
      runs: arms.map((arm) => ({ run: runName(++number), arm })),
    }));
}
