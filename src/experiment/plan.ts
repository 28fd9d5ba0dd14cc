/**
 * Which run of which arm comes when. Untraced runs are blocks of their own, before and after the traced
 * one, since an attached tracer slows every process of the machine; inside a block the arms are
 * interleaved in random order, so that drift of the machine hits all of them alike.
 */
import type { Arm } from './arm.ts';
import { randomFromSeed, shuffle } from './random.ts';
import type { Random } from './random.ts';

/** The name of the tracer that watches nothing. */
export const untraced = 'none';

export interface PlanRequest {
  /** Any text; the same text gives the same plan. */
  readonly seed: string;
  readonly programs: readonly PlannedProgram[];
  /** Per arm, traced and untraced alike. */
  readonly runsPerArm: number;
  readonly tracer: string;
}

/** What an arm runs, and what is expected of it where there is evidence. */
export type PlannedProgram = Omit<Arm, 'tracer'>;

export interface Plan {
  /** Traced arms first, in the order of the programs. */
  readonly arms: readonly Arm[];
  readonly blocks: readonly PlannedBlock[];
}

/** Runs that one tracer process (or none) watches, in their order. */
export interface PlannedBlock {
  readonly tracer: string;
  readonly runs: readonly PlannedRun[];
}

export interface PlannedRun {
  /** `0001`, `0002`, ... in the order of execution, unique in the session. */
  readonly run: string;
  /** Index into the plan's arms. */
  readonly arm: number;
}

export function planSession(request: PlanRequest): Plan {
  const random = randomFromSeed(request.seed);
  const programs = request.programs.length;
  if (request.tracer === untraced) {
    return {
      arms: untracedArms(request),
      blocks: nameRuns([rounds(untraced, 0, programs, request.runsPerArm, random)]),
    };
  }
  const before = Math.ceil(request.runsPerArm / 2);
  return {
    arms: [...tracedArms(request), ...untracedArms(request)],
    blocks: nameRuns([
      rounds(untraced, programs, programs, before, random),
      rounds(request.tracer, 0, programs, request.runsPerArm, random),
      rounds(untraced, programs, programs, request.runsPerArm - before, random),
    ]),
  };
}

function tracedArms(request: PlanRequest): Arm[] {
  return request.programs.map((program) => ({ ...program, tracer: request.tracer }));
}

/** Without a tracer there is no evidence, so nothing can be expected. */
function untracedArms(request: PlanRequest): Arm[] {
  return request.programs.map((program) => ({ ...program, tracer: untraced, expected: null }));
}

interface ArmOrder {
  readonly tracer: string;
  readonly arms: readonly number[];
}

/** Every round holds each arm once. */
function rounds(tracer: string, first: number, count: number, howMany: number, random: Random): ArmOrder {
  const arms = Array.from({ length: count }, (_, index) => first + index);
  return { tracer, arms: Array.from({ length: howMany }, () => shuffle(arms, random)).flat() };
}

function nameRuns(orders: readonly ArmOrder[]): PlannedBlock[] {
  let number = 0;
  return orders
    .filter((order) => order.arms.length > 0)
    .map((order) => ({
      tracer: order.tracer,
      runs: order.arms.map((arm) => ({ run: String(++number).padStart(4, '0'), arm })),
    }));
}
