/** The row of one arm, from what its runs add up to. */
import { armId } from '../experiment/arm.ts';
import { untraced } from '../experiment/plan.ts';
import { summarizeDurations, type Distribution } from '../statistics/distribution.ts';
import { clopperPearson } from '../statistics/proportion.ts';
import type { ArmTally, TalliedArm } from './arm-tally.ts';
import type { ArmReport } from './report.ts';

export function summarizeArm({ arm, tally }: TalliedArm): ArmReport {
  const common = {
    id: armId(arm),
    variant: arm.variant,
    toolchain: arm.toolchain,
    tracer: arm.tracer,
    role: arm.role,
    runs: tally.runs,
    expected: arm.expected,
    doubts: tally.doubts.count,
    crossCheck: tally.crossCheck.report(),
  };
  return arm.tracer === untraced
    ? { ...common, ...tally.claims, ...noEvidence, unknownRuns: tally.runs }
    : { ...common, ...figuresOf(tally), ...verdictsOf(tally) };
}

/** Untraced: the program's own word is told, and proves nothing. */
const noEvidence = {
  heldRuns: null,
  heldShare: null,
  lingering: null,
  longestLingerNs: null,
  linger: null,
  deferredCloses: null,
  longestCloseLagNs: null,
  closeLag: null,
  verdict: 'unknown',
} as const;

type Counted = 'cycles' | 'binds' | 'addressInUse' | 'lingering' | 'deferredCloses';
type Timed = 'longestLingerNs' | 'longestCloseLagNs' | 'linger' | 'closeLag';

function figuresOf({ figures, longest, linger, closeLag }: ArmTally): Pick<ArmReport, Counted | Timed> {
  const { cycles, binds, addressInUse, lingering, deferredCloses } = figures;
  const { longestLingerNs, longestCloseLagNs } = longest;
  return {
    cycles,
    binds,
    addressInUse,
    lingering,
    longestLingerNs,
    linger: summarize(linger),
    deferredCloses,
    longestCloseLagNs,
    closeLag: summarize(closeLag),
  };
}

type Verdicts = 'heldRuns' | 'heldShare' | 'unknownRuns' | 'verdict';

function verdictsOf({ runs, verdict, verdicts }: ArmTally): Pick<ArmReport, Verdicts> {
  const [heldRuns, unknownRuns] = [verdicts.held, verdicts.unknown];
  return {
    heldRuns,
    unknownRuns,
    heldShare:
      runs === 0
        ? null
        : {
            low: clopperPearson(heldRuns, runs).low,
            high: clopperPearson(heldRuns + unknownRuns, runs).high,
          },
    verdict,
  };
}

function summarize(durations: Distribution | null): ArmReport['linger'] {
  if (durations === null) return null;
  const { histogram, ...summary } = summarizeDurations(durations);
  return { ...summary, histogram: [...histogram] };
}
