/** What the launcher is told (batch.json) and what it answers (records.ndjson, one value a line). */
import { z } from 'zod';

export const batchSchema = z.strictObject({
  schemaVersion: z.literal(1),
  session: z.string(),
  /** Where records are appended, absolute. */
  records: z.string(),
  /** A FIFO whose writer is the harness: end of file means that the harness is gone, and so end all runs. */
  lifeline: z.string(),
  runs: z.array(
    z.strictObject({
      run: z.string(),
      argv: z.array(z.string()).min(1),
      /** The whole environment of the run. */
      env: z.record(z.string(), z.string()),
      directory: z.string(),
      stdout: z.string(),
      stderr: z.string(),
      timeoutMs: z.int().positive(),
      /** From SIGTERM to SIGKILL. */
      graceMs: z.int().nonnegative(),
      network: z.enum(['private', 'inherited']),
    }),
  ),
});
export type Batch = z.infer<typeof batchSchema>;

/** Times are CLOCK_MONOTONIC nanoseconds as decimal text (they may exceed a double). */
const monotonic = z.string().regex(/^\d{1,20}$/);

const launcherRecord = z.strictObject({
  kind: z.literal('launcher'),
  schemaVersion: z.literal(1),
  session: z.string(),
  pid: z.int(),
  goVersion: z.string(),
  kernel: z.string(),
  subreaper: z.boolean(),
  at: monotonic,
});

export const runRecordSchema = z.strictObject({
  kind: z.literal('run'),
  run: z.string(),
  /** Null: it could not be started, see error. */
  pid: z.int().nullable(),
  startedAt: monotonic,
  endedAt: monotonic,
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  /** Why the launcher ended it; null: it ended by itself. */
  ended: z.enum(['timeout', 'stopped']).nullable(),
  /** The strongest signal that the launcher had to send. */
  killedWith: z.enum(['SIGTERM', 'SIGKILL']).nullable(),
  network: z.enum(['private', 'inherited']),
  /** Descendants that were still there when the run's first process had ended, and were killed. */
  stragglers: z.int().nonnegative(),
  error: z.string().nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

const endRecord = z.strictObject({
  kind: z.literal('end'),
  runs: z.int().nonnegative(),
  reason: z.enum(['done', 'lifeline', 'signal']),
  at: monotonic,
});

export const recordSchema = z.discriminatedUnion('kind', [launcherRecord, runRecordSchema, endRecord]);
export type LauncherRecord = z.infer<typeof recordSchema>;
