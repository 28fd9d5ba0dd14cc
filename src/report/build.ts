/** From judged runs to the report: only adds up, selects and names. Every verdict was made before. */
import type { Shard } from '../experiment/shard.ts';
import type { Arm } from '../experiment/arm.ts';
import type { MachineFacts } from '../statistics/caution.ts';
import type { Doubt } from '../verdict/doubt.ts';
import { decideComparison, decideOutcome, exitCodeOf, type Outcome } from '../verdict/outcome.ts';
import type { RunSummary } from '../verdict/run-summary.ts';
import { untraced } from '../experiment/plan.ts';
import { summarizeArm } from './arm-figures.ts';
import { tallyArm, type TalliedArm } from './arm-tally.ts';
import { findCautions } from './cautions.ts';
import { compareArms } from './comparison.ts';
import { toDoubtReport, toFindingReport, toRunReport } from './convert.ts';
import { answerGate } from './gate.ts';
import type { Question } from './question.ts';
import { reportSchemaVersion, type Report } from './report.ts';
import { selectDoubts } from './select.ts';
import { tracerEffects } from './tracer-effect.ts';

/** What a report tells of its session beside the arms. */
export interface SessionFacts {
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
  /** Null: the session is whole. */
  readonly shard: Shard | null;
  readonly end: SessionEnd;
  /** Doubts that concern every run (`run` null). */
  readonly doubts: readonly Doubt[];
}

export interface ReportInput extends SessionFacts {
  /** In the order in which they are to be shown. */
  readonly arms: readonly JudgedArm[];
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

export function buildReport({ arms, ...facts }: ReportInput): Report {
  return {
    ...reportOf(facts, arms.map(tallyArm)),
    runs: arms.flatMap(({ arm, runs }) => runs.map((run) => toRunReport(run, arm))),
  };
}

/** @param tallied in the order in which they are to be shown */
export function reportOf(input: SessionFacts, tallied: readonly TalliedArm[]): Report {
  const { question } = input;
  const arms = tallied.map(summarizeArm);
  const gate = question.kind === 'gate' ? answerGate(tallied, question) : null;
  const decided = gate?.outcome ?? decide(question, arms);
  const outcome = outcomeOf(input, decided);
  const findings = tallied.map(({ arm, tally }) => ({ arm, ...tally.findings.selection() }));
  const doubts = selectDoubts(
    input.doubts,
    tallied.map(({ tally }) => tally.doubts),
  );
  const notes = tallied.map(({ tally }) => tally.notes.selection());
  const traced = tallied.filter(({ arm }) => arm.tracer !== untraced);
  const comparisons = question.kind === 'compare' ? compareArms(traced) : [];
  const effects = tracerEffects(tallied, input.seed);
  const isForeignThroughout = input.doubts.some(({ code }) => code === 'foreign-holder');
  return {
    schemaVersion: reportSchemaVersion,
    command: input.command,
    seed: input.seed,
    outcome,
    exitCode: exitCode(input, outcome, hasDoubt(input, traced)),
    session: input.session,
    tracerRequested: input.tracerRequested,
    tracer: input.tracer,
    shard: input.shard,
    question,
    warmUpRuns: input.warmUpRuns,
    arms,
    comparisons,
    tracerEffects: effects,
    gate: gate?.report ?? null,
    cautions: findCautions({ ...input, arms: tallied, comparisons, effects, isForeignThroughout }),
    findings: findings.flatMap(({ arm, kept }) => kept.map((finding) => toFindingReport(finding, arm))),
    findingsOmitted: findings.reduce((sum, { omitted }) => sum + omitted, 0),
    doubts: doubts.kept.map(toDoubtReport),
    doubtsOmitted: doubts.omitted,
    notes: notes.flatMap(({ kept }) => kept),
    notesOmitted: notes.reduce((sum, { omitted }) => sum + omitted, 0),
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

/** A part of a session can find a fault, and proves nothing else. */
function outcomeOf({ end, shard }: SessionFacts, decided: Decided): Outcome {
  if (end.kind !== 'completed' && end.kind !== 'broken-off') return end.kind;
  const isWhole = end.kind === 'completed' && shard === null;
  return !isWhole && decided === 'as-expected' ? 'inconclusive' : decided;
}

/** Of what a shard was to do: that it is too little for an answer is no doubt. */
function hasDoubt({ end, doubts }: SessionFacts, traced: readonly TalliedArm[]): boolean {
  const isInDoubt = doubts.length > 0 || traced.some(({ tally }) => tally.verdicts.unknown > 0);
  return end.kind !== 'completed' || isInDoubt;
}

/** The job of a shard must not fail for what only all shards together can answer. */
function exitCode({ question, end, shard }: SessionFacts, outcome: Outcome, isInDoubt: boolean): number {
  const isPassed = question.kind === 'gate' && question.inconclusive === 'pass';
  const isLetThrough = isPassed || (shard !== null && !isInDoubt);
  if (outcome === 'inconclusive' && isLetThrough) return exitCodeOf('as-expected');
  return exitCodeOf(outcome, end.kind === 'interrupted' ? end.signal : undefined);
}
