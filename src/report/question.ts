/** What a session is to answer, with all that its judgement takes beside the evidence; kept in session.json. */
import { z } from 'zod';
import { findingCodes } from '../findings/finding.ts';
import { lowestRate } from '../statistics/claim.ts';

/** As `Claim` of src/statistics/claim.ts. */
const claim = z.strictObject({
  below: z.number().min(lowestRate).lt(1).describe('a share of runs'),
  confidence: z.number().gt(0).lt(1),
});

export const baselineSchemaVersion = 1;

/** More than a gate ever makes, and as many as the tests of src/statistics were tried with. */
const mostRuns = 1_000_000;

/** Findings that are known and do not fail a gate, as long as they do not grow. */
export const baselineSchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(baselineSchemaVersion),
  program: z.string().min(1).describe('what is gated: the scenario, or `program` of the config file'),
  findings: z.array(
    z
      .strictObject({
        subject: z.string().min(1).describe('the arm without its tracer: `semaphore@go1.9.7`, `my-server`'),
        code: z.enum(findingCodes),
        cause: z.string().min(1),
        address: z.string().min(1).nullable().describe('`udp 127.0.0.1:3001`; null: whatever the address is'),
        heldRuns: z.int().positive().max(mostRuns).describe('runs that showed it, of `runs`'),
        runs: z.int().positive().max(mostRuns),
      })
      .refine(({ heldRuns, runs }) => heldRuns <= runs, 'more runs showed it than there were'),
  ),
});
export type Baseline = z.infer<typeof baselineSchema>;

export const questionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('repro') }),
  z.strictObject({ kind: z.literal('compare'), claim }),
  z.strictObject({
    kind: z.literal('releases'),
    missing: z
      .array(z.strictObject({ release: z.string(), why: z.string() }))
      .describe('releases that belong in the list and could not be had'),
  }),
  z.strictObject({
    kind: z.literal('gate'),
    claim,
    inconclusive: z.enum(['fail', 'pass']).describe('which exit code a gate without an answer has: 4 or 0'),
    baseline: baselineSchema.nullable().describe('null: nothing is known to be held'),
  }),
]);
export type Question = z.infer<typeof questionSchema>;
