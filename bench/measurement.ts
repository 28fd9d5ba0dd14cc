/** What `make bench` leaves in docs/performance.json: every sample, and the targets beside them. */
import { z } from 'zod';
import { spreadOf } from './statistics.ts';

export const partNames = ['loop', 'short-runs', 'replay', 'commands', 'shards'] as const;
export type PartName = (typeof partNames)[number];

const targetSchema = z.strictObject({
  bound: z.enum(['at most', 'at least']),
  limit: z.number(),
});

const measurementSchema = z.strictObject({
  /** What was measured: `ebpf`, `decoding ebpf, 1 M events`. */
  subject: z.string(),
  quantity: z.string(),
  /** Of the samples; empty for a count. */
  unit: z.string(),
  samples: z.array(z.number()),
  median: z.number(),
  least: z.number(),
  most: z.number(),
  target: targetSchema.nullable(),
  /** Null: there is no target. */
  met: z.boolean().nullable(),
});
export type Measurement = z.infer<typeof measurementSchema>;

export const partSchema = z.strictObject({
  measuredAt: z.string(),
  seconds: z.number(),
  /** With rounds and loops that only show that it works. */
  quick: z.boolean(),
  machine: z.strictObject({
    kernel: z.string(),
    processor: z.string(),
    cores: z.int(),
    node: z.string(),
  }),
  /** Of the last minute, before and after. */
  loadAverage: z.tuple([z.number(), z.number()]),
  /** Of the tools, and what else the figures depend on. */
  with: z.array(z.string()),
  measurements: z.array(measurementSchema),
  /** What came out that is no number: verdicts of arms, tools that are not there. */
  remarks: z.array(z.strictObject({ subject: z.string(), quantity: z.string(), text: z.string() })),
});
export type Part = z.infer<typeof partSchema>;

export const documentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  parts: z.partialRecord(z.enum(partNames), partSchema),
});
export type BenchDocument = z.infer<typeof documentSchema>;

/** What a part hands over; the rest is the same for all. */
export type Findings = Pick<Part, 'with' | 'measurements' | 'remarks'>;

export interface Asked {
  readonly subject: string;
  readonly quantity: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly target?: z.infer<typeof targetSchema>;
}

/** Nothing where there are no samples; the median is held against the target. */
export function measured({ subject, quantity, unit, samples, target }: Asked): Measurement[] {
  const spread = spreadOf(samples);
  if (spread === null) return [];
  const met =
    target === undefined
      ? null
      : target.bound === 'at most'
        ? spread.median <= target.limit
        : spread.median >= target.limit;
  return [{ subject, quantity, unit, samples: [...samples], ...spread, target: target ?? null, met }];
}

/** Rows from processes of their own: memory is to stay flat, however much is read. */
export function measuredPeakMemory(
  subject: string,
  rows: readonly { readonly peakBytes: number }[],
): Measurement[] {
  return measured({
    subject,
    quantity: 'peak memory',
    unit: 'MB',
    samples: rows.map(({ peakBytes }) => peakBytes / 1e6),
    target: { bound: 'at most', limit: 300 },
  });
}
