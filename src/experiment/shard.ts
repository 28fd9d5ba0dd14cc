/**
 * A part of a plan for one of several machines. The plan is made whole from its seed, so that every machine makes the
 * same one; then the counted runs are dealt out like cards: the runs of the first arm in their order, then those of
 * the second, and so on, one to each shard in turn. So no shard has more than one run more than another, of any arm
 * and of all together. Runs keep the names of the whole plan. Every shard does the warm-up, which nobody counts, of
 * the arms that it runs.
 */
import type { Plan, PlannedBlock } from './plan.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** More than any machine park has; a number beyond is a slip. */
export const mostShards = 100_000;

/** @param runsPerArm counted ones of the whole plan */
export function takeShard(plan: Plan, runsPerArm: number, shard: Shard): readonly PlannedBlock[] {
  const seen = new Map<number, number>();
  const isOurs = (arm: number): boolean => {
    const place = seen.get(arm) ?? 0;
    seen.set(arm, place + 1);
    return (arm * runsPerArm + place) % shard.of === shard.index - 1;
  };
  const isRunHere = (arm: number) => runsPerArm === 0 || placesOf(arm, runsPerArm, shard).count > 0;
  return plan.blocks
    .map((block) => ({
      ...block,
      runs: block.runs.filter(({ arm }) => (block.purpose === 'warm-up' ? isRunHere(arm) : isOurs(arm))),
    }))
    .filter(({ runs }) => runs.length > 0);
}

/** Places among the counted runs of an arm, from 0: the first, and then every `of`th. */
export interface Places {
  readonly first: number;
  readonly count: number;
}

/** Which of the runs of an arm a shard has, by arithmetic alone: nobody needs the plan to know how many are missing. */
export function placesOf(arm: number, runsPerArm: number, { index, of }: Shard): Places {
  const offset = (index - 1 - arm * runsPerArm) % of;
  const first = offset < 0 ? offset + of : offset;
  return { first, count: first < runsPerArm ? Math.floor((runsPerArm - 1 - first) / of) + 1 : 0 };
}
