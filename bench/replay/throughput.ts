/** Long traces, each in a process of its own: processor time of all its threads, and its peak memory. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { measured, measuredPeakMemory } from '../measurement.ts';
import type { Findings, Measurement } from '../measurement.ts';
import { inOwnProcess } from '../own-process.ts';
import { ebpfRecords } from './ebpf-records.ts';

const rowSchema = z.object({ events: z.number(), seconds: z.number(), peakBytes: z.number() });
type Row = z.infer<typeof rowSchema>;
const row = join(import.meta.dirname, 'row.js');

const sources = [
  { name: 'replay', what: 'replay and findings', eventsPerCycle: 23, limits: {} },
  { name: 'dtrace', what: 'decoding DTrace, replay and findings', eventsPerCycle: 23, limits: {} },
  { name: 'ebpf', what: 'decoding eBPF, replay and findings', eventsPerCycle: 21, limits: { speed: 1 } },
] as const;

/** Millions of events, and how often that is measured. */
type Size = readonly [millions: number, times: number];

export const fullThroughput: readonly Size[] = [
  [1, 3],
  [10, 1],
];
export const quickThroughput: readonly Size[] = [[0.02, 1]];

export async function measureThroughput(
  sizes: readonly Size[],
  say: (line: string) => void,
): Promise<Findings> {
  const measurements: Measurement[] = [];
  for (const [millions, times] of sizes) {
    for (const { name, what, eventsPerCycle, limits } of sources) {
      const cycles = Math.ceil((millions * 1e6) / eventsPerCycle);
      const rows = await withFile(name === 'ebpf' ? cycles : null, async (file) => {
        const samples: Row[] = [];
        for (let time = 0; time < times; time++) {
          samples.push(await inOwnProcess(row, [name, cycles, file], rowSchema));
        }
        return samples;
      });
      const subject = `${what}, ${millions} M events`;
      measurements.push(
        ...measured({
          subject,
          quantity: 'speed',
          unit: 'M events/s',
          samples: rows.map(({ events, seconds }) => events / seconds / 1e6),
          ...('speed' in limits ? { target: { bound: 'at least', limit: limits.speed } } : {}),
        }),
        ...measuredPeakMemory(subject, rows),
      );
      say(`replay: ${subject}`);
    }
  }
  return { with: [], measurements, remarks: [] };
}

/** The trace of the agent is read from a file, as it is in a session; the others are made while they are read. */
async function withFile<T>(cycles: number | null, work: (file: string) => Promise<T>): Promise<T> {
  if (cycles === null) return work('');
  const directory = mkdtempSync(join(tmpdir(), 'afterclose-bench-'));
  try {
    const file = join(directory, 'ebpf.bin');
    const descriptor = openSync(file, 'wx');
    for (const piece of ebpfRecords('bench', '0001', cycles)) writeSync(descriptor, piece);
    closeSync(descriptor);
    return await work(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
