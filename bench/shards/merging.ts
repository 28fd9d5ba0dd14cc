/** Adding up simulated shards of 1,000 runs each. */
import { join } from 'node:path';
import { z } from 'zod';
import { measured, measuredPeakMemory } from '../measurement.ts';
import type { Findings } from '../measurement.ts';
import { inOwnProcess } from '../own-process.ts';

const rowSchema = z.object({ bytes: z.number(), seconds: z.number(), peakBytes: z.number() });
const row = join(import.meta.dirname, 'merge-row.js');

/** A number of shards, and how often that is measured. */
type Size = readonly [shards: number, times: number];

export const fullMerging: readonly Size[] = [
  [100, 3],
  [1000, 1],
];
/** What it is to show is that its memory is that of the smaller ones. */
export const largestMerging: readonly Size[] = [[10_000, 1]];
export const quickMerging: readonly Size[] = [[2, 1]];

export async function measureMerging(sizes: readonly Size[]): Promise<Findings> {
  const measurements = [];
  for (const [shards, times] of sizes) {
    const rows: z.infer<typeof rowSchema>[] = [];
    for (let time = 0; time < times; time++) {
      rows.push(await inOwnProcess(row, [shards, 1000], rowSchema));
    }
    const megabytes = Math.round((rows[0]?.bytes ?? 0) / 1e6);
    const subject = `merging ${shards} shards of 1,000 runs each, ${megabytes} MB`;
    measurements.push(
      ...measured({
        subject,
        quantity: 'processor time',
        unit: 's',
        samples: rows.map(({ seconds }) => seconds),
      }),
      ...measuredPeakMemory(subject, rows),
    );
  }
  return { with: [], measurements, remarks: [] };
}
