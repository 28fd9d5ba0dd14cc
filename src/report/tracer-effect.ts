/**
 * What watching did to the rate: tracers move the race, so a traced rate alone says nothing about the
 * program left to itself. Both rates are the program's own word, which tracing does not change the meaning of;
 * the interval is over runs, since the binds of one run are not independent of each other.
 */
import { armId, isSameProgram } from '../experiment/arm.ts';
import { untraced } from '../experiment/plan.ts';
import { randomFromSeed } from '../experiment/random.ts';
import type { Counts } from '../statistics/counts.ts';
import { rateRatio } from '../statistics/permutation.ts';
import type { TalliedArm } from './arm-tally.ts';
import type { TracerEffectReport } from './report.ts';

/** One for every traced arm that has an untraced one beside it. @param seed of the session */
export function tracerEffects(arms: readonly TalliedArm[], seed: string): TracerEffectReport[] {
  return arms
    .filter(({ arm }) => arm.tracer !== untraced)
    .flatMap((traced) => {
      const alone = arms.find(({ arm }) => arm.tracer === untraced && isSameProgram(arm, traced.arm));
      if (alone === undefined) return [];
      const [first, second] = [traced.tally.units, alone.tally.units];
      const id = armId(traced.arm);
      return {
        arm: id,
        traced: sumOf(first),
        untraced: sumOf(second),
        effect: rateRatio(first, second, randomFromSeed(`${seed} tracer effect ${id}`)),
      };
    });
}

function sumOf(runs: readonly Counts[]): TracerEffectReport['traced'] {
  return {
    addressInUse: runs.reduce((sum, run) => sum + run.successes, 0),
    binds: runs.reduce((sum, run) => sum + run.trials, 0),
  };
}
