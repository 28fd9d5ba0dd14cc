/** From judged runs to the report: only adds up, selects and names. Every verdict was made before. */
import type { Arm } from '../experiment/arm.ts';
import type { MachineFacts } from '../statistics/caution.ts';
import type { Doubt } from '../verdict/doubt.ts';
import { decideComparison, decideOutcome, exitCodeOf, type Outcome } from '../verdict/outcome.ts';
import type { RunSummary } from '../verdict/run-summary.ts';
import { untraced } from '../experiment/plan.ts';
import { summarizeArm } from './arm-figures.ts';
import { findCautions } from './cautions.ts';
import { compareArms } from './comparison.ts';
import { toDoubtReport, toFindingReport, toRunReport } from './convert.ts';
import { answerGate } from './gate.ts';
import type { Question } from './question.ts';
import { reportSchemaVersion, type Report } from './report.ts';
import { selectDoubts, selectFindings } from './select.ts';
import { tracerEffects } from './tracer-effect.ts';

export interface ReportInput {
  /** The command that made the session. */
  readonly command: string;
  readonly seed: string;
  /** The session's id. */
  readonly session: string;
  /** Null: none was asked for by name. */
  readonly tracerRequested: string | null;
  readonly tracer: string;
  readonly question: Question;
  /** Null: nobody looked. */
  readonly machine: MachineFacts | null;
  readonly warmUpRuns: number;
  readonly end: SessionEnd;
  /** In the order in which they are to be shown. */
  readonly arms: readonly JudgedArm[];
  /** Doubts that concern every run (`run` null); those that stand in a run's summary too are counted once. */
  readonly doubts: readonly Doubt[];
}

export interface JudgedArm {
  readonly arm: Arm;
  /** All that were planned and are counted. */
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
  const { question } = input;
  const arms = input.arms.map(summarizeArm);
  const gate = question.kind === 'gate' ? answerGate(input.arms, question) : null;
  const outcome = outcomeOf(input.end, gate?.outcome ?? decide(question, arms));
  const findings = input.arms.map((judged) => ({ arm: judged.arm, ...selectFindings(judged.runs) }));
  const runs = input.arms.flatMap((judged) => judged.runs);
  const doubts = selectDoubts(input.doubts, runs);
  const traced = input.arms.filter(({ arm }) => arm.tracer !== untraced);
  const comparisons = question.kind === 'compare' ? compareArms(traced) : [];
  const effects = tracerEffects(input.arms, input.seed);
  const isForeignThroughout = input.doubts.some(({ code }) => code === 'foreign-holder');
  return {
    schemaVersion: reportSchemaVersion,
    command: input.command,
    seed: input.seed,
    outcome,
    exitCode: exitCode(input, outcome),
    session: input.session,
    tracerRequested: input.tracerRequested,
    tracer: input.tracer,
    question,
    warmUpRuns: input.warmUpRuns,
    arms,
    comparisons,
    tracerEffects: effects,
    gate: gate?.report ?? null,
    cautions: findCautions({ ...input, comparisons, effects, isForeignThroughout }),
    findings: findings.flatMap(({ arm, kept }) => kept.map((finding) => toFindingReport(finding, arm))),
    findingsOmitted: findings.reduce((sum, { omitted }) => sum + omitted, 0),
    doubts: doubts.kept.map(toDoubtReport),
    doubtsOmitted: doubts.omitted,
    notes: runs.flatMap((run) => run.notes.map((note) => ({ ...note, run: run.run }))),
    runs: input.arms.flatMap((judged) => judged.runs.map((run) => toRunReport(run, judged.arm))),
  };
}

type Decided = 'as-expected' | 'unexpected' | 'inconclusive';

function decide(question: Question, arms: Report['arms']): Decided {
  if (question.kind === 'repro') return decideOutcome(arms);
  if (question.kind === 'releases') {
    const decided = decideOutcome(arms);
    return decided === 'as-expected' && question.missing.length > 0 ? 'inconclusive' : decided;
  }
  return decideComparison(
    arms.map(({ verdict, expected, tracer }) => ({
      verdict,
      expected,
      evidence: tracer === untraced ? 'claims' : 'trace',
    })),
  );
}

function outcomeOf(end: SessionEnd, decided: Decided): Outcome {
  if (end.kind !== 'completed' && end.kind !== 'broken-off') return end.kind;
  return end.kind === 'broken-off' && decided === 'as-expected' ? 'inconclusive' : decided;
}

function exitCode({ question, end }: ReportInput, outcome: Outcome): number {
  const isLetThrough = question.kind === 'gate' && question.inconclusive === 'pass';
  if (outcome === 'inconclusive' && isLetThrough) return exitCodeOf('as-expected');
  return exitCodeOf(outcome, end.kind === 'interrupted' ? end.signal : undefined);
}
