/** From judged runs to the report: only adds up, selects and names. Every verdict was made before. */
import type { Arm } from '../experiment/arm.ts';
import type { Doubt } from '../verdict/doubt.ts';
import { decideOutcome, exitCodeOf, type Outcome } from '../verdict/outcome.ts';
import type { RunSummary } from '../verdict/run-summary.ts';
import { summarizeArm } from './arm-figures.ts';
import { toDoubtReport, toFindingReport, toRunReport } from './convert.ts';
import { reportSchemaVersion, type Report } from './report.ts';
import { selectDoubts, selectFindings } from './select.ts';

export interface ReportInput {
  /** The command that made the session. */
  readonly command: string;
  readonly seed: string;
  /** The session's id. */
  readonly session: string;
  /** Null: none was asked for by name. */
  readonly tracerRequested: string | null;
  readonly tracer: string;
  readonly end: SessionEnd;
  /** In the order in which they are to be shown. */
  readonly arms: readonly JudgedArm[];
  /** Doubts that concern every run (`run` null); those that stand in a run's summary too are counted once. */
  readonly doubts: readonly Doubt[];
}

export interface JudgedArm {
  readonly arm: Arm;
  readonly runs: readonly RunSummary[];
}

export type SessionEnd =
  | { readonly kind: 'completed' }
  /** The tracer or the launcher was killed: what was seen until then is judged, and is never as expected. */
  | { readonly kind: 'broken-off' }
  /** `signal`: its number. */
  | { readonly kind: 'interrupted'; readonly signal: number }
  /** The environment failed before anything was traced. */
  | { readonly kind: 'failed' };

export function buildReport(input: ReportInput): Report {
  const arms = input.arms.map(summarizeArm);
  const outcome = outcomeOf(input.end, arms);
  const findings = input.arms.map((judged) => ({ arm: judged.arm, ...selectFindings(judged.runs) }));
  const runs = input.arms.flatMap((judged) => judged.runs);
  const doubts = selectDoubts(input.doubts, runs);
  return {
    schemaVersion: reportSchemaVersion,
    command: input.command,
    seed: input.seed,
    outcome,
    exitCode: exitCodeOf(outcome, input.end.kind === 'interrupted' ? input.end.signal : undefined),
    session: input.session,
    tracerRequested: input.tracerRequested,
    tracer: input.tracer,
    arms,
    findings: findings.flatMap(({ arm, kept }) => kept.map((finding) => toFindingReport(finding, arm))),
    findingsOmitted: findings.reduce((sum, { omitted }) => sum + omitted, 0),
    doubts: doubts.kept.map(toDoubtReport),
    doubtsOmitted: doubts.omitted,
    notes: runs.flatMap((run) => run.notes.map((note) => ({ ...note, run: run.run }))),
    runs: input.arms.flatMap((judged) => judged.runs.map((run) => toRunReport(run, judged.arm))),
  };
}

function outcomeOf(end: SessionEnd, arms: Report['arms']): Outcome {
  if (end.kind !== 'completed' && end.kind !== 'broken-off') return end.kind;
  const outcome = decideOutcome(arms);
  return end.kind === 'broken-off' && outcome === 'as-expected' ? 'inconclusive' : outcome;
}
