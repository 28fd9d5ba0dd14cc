/**
 * What watching did to the rate: tracers move the race, so a traced rate alone says nothing about the
 * program left to itself. Only describes: the binds of one run are not independent of each other.
 */
import { untraced } from '../experiment/plan.ts';
import type { ArmReport, Report } from './report.ts';

export interface TracerEffect {
  readonly variant: string;
  readonly toolchain: string;
  readonly tracer: string;
  readonly traced: Rate;
  readonly untraced: Rate;
  /** Traced rate / untraced rate; null: the untraced one is zero. */
  readonly ratio: number | null;
}

export interface Rate {
  readonly addressInUse: number;
  /** Attempts, at least 1. */
  readonly binds: number;
}

/** One for every traced arm that has an untraced one beside it, both with figures. */
export function tracerEffects({ arms }: Report): readonly TracerEffect[] {
  return arms
    .filter((arm) => arm.tracer !== untraced)
    .flatMap((arm) => {
      const left = arms.find(
        (other) =>
          other.tracer === untraced && other.variant === arm.variant && other.toolchain === arm.toolchain,
      );
      const [traced, alone] = [rateOf(arm), left === undefined ? null : rateOf(left)];
      if (traced === null || alone === null) return [];
      const ratio = alone.addressInUse === 0 ? null : shareOf(traced) / shareOf(alone);
      const { variant, toolchain, tracer } = arm;
      return [{ variant, toolchain, tracer, traced, untraced: alone, ratio }];
    });
}

/** EADDRINUSE per attempt to bind. */
export function shareOf({ addressInUse, binds }: Rate): number {
  return addressInUse / binds;
}

function rateOf({ addressInUse, binds }: ArmReport): Rate | null {
  return addressInUse === null || binds === null || binds === 0 ? null : { addressInUse, binds };
}
