/** What the runs of one arm add up to. */
import { untraced } from '../experiment/plan.ts';
import type { ClaimedFigures, RunFigures, RunSummary } from '../verdict/run-summary.ts';
import { mergeVerdicts, type Verdict } from '../verdict/verdict.ts';
import type { JudgedArm } from './build.ts';
import type { ArmReport } from './report.ts';

export function summarizeArm({ arm, runs }: JudgedArm): ArmReport {
  const common = {
    variant: arm.variant,
    toolchain: arm.toolchain,
    tracer: arm.tracer,
    runs: runs.length,
    expected: arm.expected,
    doubts: runs.reduce((sum, run) => sum + doubtsOf(run), 0),
  };
  return arm.tracer === untraced
    ? { ...common, ...claimsOf(runs), ...noEvidence, unknownRuns: runs.length }
    : { ...common, ...figuresOf(runs), ...verdictsOf(runs) };
}

/** Its own: a doubt of the whole session is no arm's. */
function doubtsOf({ doubts, doubtsOmitted }: RunSummary): number {
  return doubts.filter((doubt) => doubt.run !== null).length + doubtsOmitted;
}

/** Untraced: the program's own word is told, and proves nothing. */
const noEvidence = {
  heldRuns: null,
  lingering: null,
  longestLingerNs: null,
  deferredCloses: null,
  longestCloseLagNs: null,
  verdict: 'unknown',
} as const;

function claimsOf(runs: readonly RunSummary[]): Pick<ArmReport, keyof ClaimedFigures> {
  const claim = (name: keyof ClaimedFigures) => sumOf(runs.map((run) => run.claimed?.[name] ?? null));
  return { cycles: claim('cycles'), binds: claim('binds'), addressInUse: claim('addressInUse') };
}

function figuresOf(runs: readonly RunSummary[]): Pick<ArmReport, keyof RunFigures> {
  const figure = (name: keyof RunFigures) => runs.map((run) => run.figures[name]);
  return {
    cycles: sumOf(figure('cycles')),
    binds: sumOf(figure('binds')),
    addressInUse: sumOf(figure('addressInUse')),
    lingering: sumOf(figure('lingering')),
    longestLingerNs: longestOf(figure('longestLingerNs')),
    deferredCloses: sumOf(figure('deferredCloses')),
    longestCloseLagNs: longestOf(figure('longestCloseLagNs')),
  };
}

function verdictsOf(runs: readonly RunSummary[]): Pick<ArmReport, 'heldRuns' | 'unknownRuns' | 'verdict'> {
  const count = (verdict: Verdict) => runs.filter((run) => run.verdict === verdict).length;
  return {
    heldRuns: count('held'),
    unknownRuns: count('unknown'),
    verdict: runs.length === 0 ? 'unknown' : runs.map((run) => run.verdict).reduce(mergeVerdicts),
  };
}

/** Null where one is missing: a sum without it would look like the whole. No runs, no figure. */
function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value));
}

/** The longest that was measured; a run in which there was nothing to measure has none. */
function longestOf(values: readonly (number | null)[]): number | null {
  return values.reduce((longest, value) => {
    if (longest === null || value === null) return longest ?? value;
    return Math.max(longest, value);
  }, null);
}
