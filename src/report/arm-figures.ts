/** What the runs of one arm add up to. */
import { armId } from '../experiment/arm.ts';
import { untraced } from '../experiment/plan.ts';
import { mergeDistributions, summarizeDurations, type Distribution } from '../statistics/distribution.ts';
import { clopperPearson } from '../statistics/proportion.ts';
import type { ClaimedFigures, RunFigures, RunSummary } from '../verdict/run-summary.ts';
import { mergeVerdicts, type Verdict } from '../verdict/verdict.ts';
import type { JudgedArm } from './build.ts';
import type { ArmReport } from './report.ts';

export function summarizeArm({ arm, runs }: JudgedArm): ArmReport {
  const common = {
    id: armId(arm),
    variant: arm.variant,
    toolchain: arm.toolchain,
    tracer: arm.tracer,
    role: arm.role,
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
  heldShare: null,
  lingering: null,
  longestLingerNs: null,
  linger: null,
  deferredCloses: null,
  longestCloseLagNs: null,
  closeLag: null,
  verdict: 'unknown',
} as const;

function claimsOf(runs: readonly RunSummary[]): Pick<ArmReport, keyof ClaimedFigures> {
  const claim = (name: keyof ClaimedFigures) => sumOf(runs.map((run) => run.claimed?.[name] ?? null));
  return { cycles: claim('cycles'), binds: claim('binds'), addressInUse: claim('addressInUse') };
}

type Counted = 'cycles' | 'binds' | 'addressInUse' | 'lingering' | 'deferredCloses';
type Longest = 'longestLingerNs' | 'longestCloseLagNs';
type Timed = Longest | 'linger' | 'closeLag';

function figuresOf(runs: readonly RunSummary[]): Pick<ArmReport, Counted | Timed> {
  const sum = (name: Counted) => sumOf(runs.map((run) => run.figures[name]));
  const longest = (name: Longest) => longestOf(runs.map((run) => run.figures[name]));
  const linger = mergeAll(runs.map((run) => run.figures.linger));
  const closeLag = mergeAll(runs.map((run) => run.figures.closeLag));
  return {
    cycles: sum('cycles'),
    binds: sum('binds'),
    addressInUse: sum('addressInUse'),
    lingering: sum('lingering'),
    longestLingerNs: longest('longestLingerNs'),
    linger: summarize(linger),
    deferredCloses: sum('deferredCloses'),
    longestCloseLagNs: longest('longestCloseLagNs'),
    closeLag: summarize(closeLag),
  };
}

type Verdicts = 'heldRuns' | 'heldShare' | 'unknownRuns' | 'verdict';

function verdictsOf(runs: readonly RunSummary[]): Pick<ArmReport, Verdicts> {
  const count = (verdict: Verdict) => runs.filter((run) => run.verdict === verdict).length;
  const [heldRuns, unknownRuns] = [count('held'), count('unknown')];
  return {
    heldRuns,
    unknownRuns,
    heldShare:
      runs.length === 0
        ? null
        : {
            low: clopperPearson(heldRuns, runs.length).low,
            high: clopperPearson(heldRuns + unknownRuns, runs.length).high,
          },
    verdict: runs.length === 0 ? 'unknown' : runs.map((run) => run.verdict).reduce(mergeVerdicts),
  };
}

/** Null where one is missing: a sum without it would look like the whole. No runs, no figure. */
function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value));
}

/** What was measured; a run in which there was nothing to measure has none. Null: no run has any. */
function mergeAll(values: readonly RunFigures['linger'][]): Distribution | null {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0 ? null : mergeDistributions(measured);
}

function summarize(durations: Distribution | null): ArmReport['linger'] {
  if (durations === null) return null;
  const { histogram, ...summary } = summarizeDurations(durations);
  return { ...summary, histogram: [...histogram] };
}

/** The longest that was measured; a run in which there was nothing to measure has none. */
function longestOf(values: readonly (number | null)[]): number | null {
  return values.reduce((longest, value) => {
    if (longest === null || value === null) return longest ?? value;
    return Math.max(longest, value);
  }, null);
}
