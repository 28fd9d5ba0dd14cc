/**
 * What a shard leaves for the merge: lines of JSON, a header with the plan, one line for each run, and an end with the
 * fingerprint of all before it. A file may hold several such sections, so that a merge of merges is their sum.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { armRoles } from '../../src/experiment/arm.ts';
import { questionSchema } from '../../src/report/question.ts';
import { tracerNamePattern } from '../store/layout.ts';
import { shardSchema } from '../store/session-file.ts';
import type { SessionFile } from '../store/session-file.ts';
import { doubtSchema } from './run-line.ts';

export const shardFileName = 'shard.ndjson';
export const shardSchemaVersion = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(10_000);

/** What must be the same in all shards, and is told where it is not. */
export const sharedPlanSchema = z.strictObject({
  program: text,
  scenario: text,
  seed: text,
  shards: z.int().positive(),
  question: questionSchema,
  runsPerArm: z.int().positive().max(1_000_000),
  warmUpRuns: z.int().nonnegative().max(1000),
  cyclesPerRun: z.int().positive(),
  network: z.enum(['udp4', 'udp6']),
  tracerRequested: text.nullable(),
  tracer: z.string().regex(tracerNamePattern),
  tracerVersion: text.nullable(),
  arms: z
    .array(
      z.strictObject({
        variant: text,
        toolchain: text.nullable(),
        tracer: z.string().regex(tracerNamePattern),
        expected: z.enum(['clean', 'held']).nullable(),
        role: z.enum(armRoles).nullable(),
        /** Of a command of the user; a variant has those of its session, with the ports of one machine. */
        arguments: z.array(text).nullable(),
      }),
    )
    .min(1)
    .max(1000),
  binaries: z
    .array(
      z.strictObject({
        variant: text,
        toolchain: text.nullable(),
        goVersion: text.nullable(),
        sha256,
      }),
    )
    .max(1000),
});
export type SharedPlan = z.infer<typeof sharedPlanSchema>;

export const headerSchema = z.strictObject({
  kind: z.literal('shard'),
  schemaVersion: z.literal(shardSchemaVersion),
  shard: shardSchema,
  plan: sharedPlanSchema,
  planDigest: sha256,
  /** Of this shard alone: where it came from, for people. */
  session: text,
  command: text,
  kernel: text,
  machine: z
    .strictObject({ loadAverage: z.number().nonnegative().max(1e6), cpus: z.int().positive().max(1e6) })
    .nullable(),
});
export type ShardHeader = z.infer<typeof headerSchema>;

export const endLineSchema = z.strictObject({
  kind: z.literal('end'),
  runs: z.int().nonnegative(),
  /** Whether it did all that it was to do. */
  ended: z.enum(['completed', 'broken-off']),
  /** That concern all of its runs. */
  doubts: z.array(doubtSchema).max(10_000),
  /** Of every byte before this line, and of the rest of it. */
  sha256,
});
export type ShardEnd = z.infer<typeof endLineSchema>;

/** The same for the same plan: the schema puts the keys in order. */
export function digestOf(plan: SharedPlan): string {
  return createHash('sha256')
    .update(JSON.stringify(sharedPlanSchema.parse(plan)))
    .digest('hex');
}

/** What the fingerprint of a section covers of its last line. */
export function sealed({ kind, runs, ended, doubts }: Omit<ShardEnd, 'sha256'>): string {
  return JSON.stringify(endLineSchema.omit({ sha256: true }).parse({ kind, runs, ended, doubts }));
}

/** @returns null where the session is no shard, or ended before the number of its runs was fixed */
export function sharedPlanOf(plan: SessionFile): SharedPlan | null {
  const { shard, runsPerArm } = plan;
  if (shard === null || runsPerArm === null) return null;
  const { program, scenario, seed, question, warmUpRuns, cyclesPerRun, network } = plan;
  return {
    program,
    scenario,
    seed,
    shards: shard.of,
    question,
    runsPerArm,
    warmUpRuns,
    cyclesPerRun,
    network,
    tracerRequested: plan.tracerRequested,
    tracer: plan.tracer,
    tracerVersion: plan.tracerVersion,
    arms: plan.arms.map(({ variant, toolchain, tracer, expected, role, claims, arguments: words }) => ({
      variant,
      toolchain,
      tracer,
      expected,
      role,
      arguments: claims === 'none' ? words : null,
    })),
    binaries: plan.binaries,
  };
}
