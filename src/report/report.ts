/**
 * The report: one versioned value from which every renderer works. Its JSON Schema is generated from
 * here into schema/report.schema.json (`npm run schema`).
 */
import { z } from 'zod';
import { armRoles } from '../experiment/arm.ts';
import { findingCodes } from '../findings/finding.ts';
import type { ClaimedFigures, CrossCheck, RunFigures } from '../verdict/run-summary.ts';
import { outcomes } from '../verdict/outcome.ts';
import { verdicts } from '../verdict/verdict.ts';
import {
  comparisonReport,
  cautionReport,
  durations,
  gateReport,
  share,
  tracerEffectReport,
} from './report-statistics.ts';
import { questionSchema } from './question.ts';

export const reportSchemaVersion = 1;

const count = z.int().nonnegative();
const nanoseconds = z.int().nonnegative();
const verdict = z.enum(verdicts);
const toolchain = z.string().nullable().describe('null: a command of the user');

const release = z.strictObject({
  tid: z.int(),
  call: z.string(),
  enteredAtNs: nanoseconds,
  returnedAtNs: nanoseconds.nullable().describe('null: it had not returned when the trace ended'),
});

const holder = z.strictObject({
  socket: count.describe('the number of the socket in its run, in order of creation'),
  inode: count.nullable().describe('the N of socket:[N] in /proc; null: the tracer does not tell'),
  kind: z.enum(['descriptor', 'call']),
  pid: z.int(),
  fd: z.int(),
  call: z.string().nullable().describe('a call in flight: its name'),
  openedByTid: z.int(),
  openedAtNs: nanoseconds,
  origin: z.enum(['socket', 'accept', 'dup', 'fork', 'inherited', 'received', 'call']),
  certain: z.boolean(),
  boundTo: z.string(),
  boundAtNs: nanoseconds.nullable(),
  releasedBy: release.nullable().describe('null: never released before its last process ended'),
  releasedAtNs: nanoseconds
    .nullable()
    .describe('when the kernel released the socket, by its own word; null: the tracer does not tell'),
});

const evidence = z.strictObject({
  atNs: nanoseconds,
  pid: z.int(),
  tid: z.int(),
  what: z.string(),
  fd: z.int().nullable(),
  name: z.string(),
});

export const findingReport = z.strictObject({
  code: z.enum(findingCodes),
  cause: z.string(),
  certain: z.boolean(),
  variant: z.string(),
  toolchain,
  tracer: z.string(),
  run: z.string(),
  address: z.string(),
  atNs: nanoseconds.describe('conflict: entry of the failed bind; linger, leak: the free point'),
  pid: z.int(),
  tid: z.int(),
  cycle: count.nullable(),
  failed: z
    .strictObject({
      call: z.enum(['bind', 'listen']),
      fd: z.int(),
      enteredAtNs: nanoseconds,
      returnedAtNs: nanoseconds,
    })
    .nullable(),
  lengthNs: nanoseconds.nullable(),
  holders: z.array(holder),
  evidence: z.array(evidence),
});

export const doubtReport = z.strictObject({
  code: z.string(),
  run: z.string().nullable(),
  address: z.string().nullable(),
  pid: z.int().nullable(),
  text: z.string(),
});

const noteReport = z.strictObject({
  code: z.string(),
  run: z.string(),
  address: z.string(),
  count,
  text: z.string(),
});

export const armReport = z.strictObject({
  id: z.string().describe('as it is typed, and unique in the report: `unfixed@go1.9.7:dtrace`'),
  variant: z.string(),
  toolchain,
  tracer: z.string(),
  role: z.enum(armRoles).nullable().describe('in a gate'),
  runs: count.describe('counted ones; those that were planned and never came to run are unknown'),
  heldRuns: count.nullable().describe('null where there is no evidence: tracer none'),
  unknownRuns: count.describe('runs that may have been held or clean: bounds and intervals allow for both'),
  heldShare: z
    .strictObject({ low: share, high: share })
    .nullable()
    .describe('per run, exact two-sided 95 % interval (Clopper-Pearson), wide enough for every unknown run'),
  cycles: count.nullable(),
  binds: count.nullable(),
  addressInUse: count.nullable(),
  lingering: count.nullable(),
  longestLingerNs: nanoseconds.nullable(),
  linger: durations.nullable(),
  deferredCloses: count.nullable(),
  longestCloseLagNs: nanoseconds.nullable(),
  closeLag: durations.nullable(),
  verdict,
  expected: z.enum(['clean', 'held']).nullable(),
  doubts: count.describe('how many doubts this arm has; doubts of the whole session are not counted here'),
  crossCheck: z
    .strictObject({
      tracer: z.string(),
      runs: count.describe('that were compared'),
      runsNotCompared: count,
      whyNot: z.string().nullable().describe('of the first run that could not be compared; null: all could'),
      compared: count.describe('binds that both traces show'),
      refused: count.describe('of them, those that met EADDRINUSE in both'),
      undetermined: count.describe('refused ones at which not both can tell who was in the way'),
      disagreements: count.describe('each is a doubt, `cross-check-disagrees`, and makes its run unknown'),
    })
    .nullable()
    .describe('what another tracer says, which watched the same runs; null: none did'),
});

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(reportSchemaVersion),
  command: z.string().describe('the command that made the session'),
  seed: z.string(),
  outcome: z.enum(outcomes),
  exitCode: z.int().min(0).max(255),
  session: z.string().describe('its id, never a path'),
  tracerRequested: z.string().nullable(),
  tracer: z.string().describe('the first of them; every arm names its own'),
  shard: z
    .strictObject({ index: z.int().positive(), of: z.int().positive() })
    .nullable()
    .describe(
      'a part of a session, which only `afterclose merge` of all its shards can answer; null: it is whole',
    ),
  question: questionSchema,
  warmUpRuns: count.describe('of every arm; they were run and are not counted'),
  arms: z.array(armReport),
  comparisons: z.array(comparisonReport).describe('of a comparison: every arm against the first'),
  tracerEffects: z.array(tracerEffectReport),
  gate: gateReport.nullable(),
  cautions: z.array(cautionReport),
  findings: z.array(findingReport),
  findingsOmitted: count,
  doubts: z.array(doubtReport),
  doubtsOmitted: count,
  notes: z.array(noteReport),
  notesOmitted: count,
});

/**
 * One run of an arm, for formats that list them. No part of the JSON document, which stays small however many
 * there are; a report that was read from one has none.
 */
export interface RunReport extends Pick<
  ArmReport,
  'variant' | 'toolchain' | 'tracer' | 'expected' | 'verdict'
> {
  readonly run: string;
  /** Null where there is no evidence: tracer none. */
  readonly figures: RunFigures | null;
  /** What the program itself said. */
  readonly claimed: ClaimedFigures | null;
  readonly findings: number;
  readonly doubts: number;
  /** Null: nothing else watched it. */
  readonly crossCheck: CrossCheck | null;
}

export type Report = z.infer<typeof reportSchema> & { readonly runs?: readonly RunReport[] };
export type ArmReport = z.infer<typeof armReport>;
export type FindingReport = z.infer<typeof findingReport>;
export type HolderReport = z.infer<typeof holder>;
export type EvidenceReport = z.infer<typeof evidence>;
export type DoubtReport = z.infer<typeof doubtReport>;
export type CrossCheckReport = NonNullable<ArmReport['crossCheck']>;
export type ComparisonReport = z.infer<typeof comparisonReport>;
export type TracerEffectReport = z.infer<typeof tracerEffectReport>;
export type CautionReport = z.infer<typeof cautionReport>;
export type GateReport = z.infer<typeof gateReport>;
