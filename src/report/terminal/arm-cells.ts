/** The figures of an arm as the texts of a table. Nothing is escaped yet. */
import { untraced } from '../../experiment/plan.ts';
import { programName } from '../arm-name.ts';
import { formatCount, formatDuration, formatShare } from '../quantity.ts';
import { excerpt } from '../excerpt.ts';
import type { ArmReport } from '../report.ts';
import { runsHeld } from '../runs-held.ts';

export type ArmCells = ReturnType<typeof armCells>;

/** No evidence, or nothing to measure. */
export const nothing = '-';

export function armCells(arm: ArmReport) {
  const { count, perRun } = runsHeld(arm);
  return {
    variant: excerpt(arm.variant),
    toolchain: arm.toolchain === null ? nothing : excerpt(arm.toolchain),
    program: programName(arm),
    tracer: excerpt(arm.tracer),
    watched:
      arm.tracer === untraced ? "untraced (the program's own word)" : `watched by ${excerpt(arm.tracer)}`,
    runsHeld: count,
    perRun: perRun ?? nothing,
    cycles: countCell(arm.cycles),
    binds: countCell(arm.binds),
    addressInUse: countCell(arm.addressInUse),
    perBind: perBindCell(arm),
    lingering: countCell(arm.lingering),
    longestLinger: arm.lingering === 0 ? nothing : durationCell(arm.longestLingerNs),
    deferredCloses: countCell(arm.deferredCloses),
    longestCloseLag: arm.deferredCloses === 0 ? nothing : durationCell(arm.longestCloseLagNs),
    verdict: arm.verdict === 'held' ? 'HELD' : arm.verdict,
    expected: expectationCell(arm),
  };
}

function countCell(count: number | null): string {
  return count === null ? nothing : formatCount(count);
}

function durationCell(ns: number | null): string {
  return ns === null ? nothing : formatDuration(ns);
}

function perBindCell({ addressInUse, binds }: ArmReport): string {
  if (addressInUse === null || binds === null || binds === 0) return nothing;
  return formatShare(addressInUse / binds, 'nearest');
}

function expectationCell({ expected, verdict }: ArmReport): string {
  if (expected === null) return 'nothing expected';
  return expected === verdict ? 'as expected' : `must be ${expected}`;
}
