/** How many runs of an arm were held, and how sure that makes us, in words. */
import { boundForZero, clopperPearson } from '../statistics/proportion.ts';
import { formatCount, formatCounted, formatShare } from './quantity.ts';
import type { ArmReport } from './report.ts';

export interface RunsHeld {
  /** `5 of 5`, `4 of 5, 1 unknown`, `no evidence`. */
  readonly count: string;
  /** In a sentence: `4 of 5 runs, 1 unknown (28.3 % to 100 % per run)`. */
  readonly sentence: string;
  /** `47.8 % to 100 %`, `below 45.1 %`: 95 % confidence, of one run. Null where nothing can be said. */
  readonly perRun: string | null;
}

export function runsHeld(arm: ArmReport): RunsHeld {
  const { runs, heldRuns, unknownRuns } = arm;
  if (runs === 0) return withoutEvidence('no runs');
  if (heldRuns === null) return withoutEvidence('no evidence');
  const unknown = unknownRuns === 0 ? '' : `, ${formatCount(unknownRuns)} unknown`;
  const perRun = shareOf(arm, heldRuns);
  return {
    count: `${formatCount(heldRuns)} of ${formatCount(runs)}${unknown}`,
    sentence: `${formatCount(heldRuns)} of ${formatCounted(runs, 'run')}${unknown} (${perRun} per run)`,
    perRun,
  };
}

function withoutEvidence(count: string): RunsHeld {
  return { count, sentence: count, perRun: null };
}

/** An unknown run may have been either, so the interval reaches from all of them clean to all of them held. */
function shareOf({ runs, unknownRuns }: ArmReport, heldRuns: number): string {
  const fewest = Math.min(heldRuns, runs);
  const most = Math.min(heldRuns + unknownRuns, runs);
  if (most === 0) return `below ${formatShare(boundForZero(runs), 'up')}`;
  const low = formatShare(clopperPearson(fewest, runs).low, 'down');
  return `${low} to ${formatShare(clopperPearson(most, runs).high, 'up')}`;
}
