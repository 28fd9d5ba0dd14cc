/** What each tracer made of the same programs: its recordings in test/golden, decoded, and judged where that says something. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { liveTracers } from '../../harness/tracers/index.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';

export interface Recorded {
  readonly tracer: string;
  /** The program that makes every call (test/golden/dtrace/every-call/every-call.c). */
  readonly everyCall: readonly TraceEvent[];
  /** The same trace with its second half missing. */
  readonly cut: readonly TraceEvent[];
  readonly runs: readonly RecordedRun[];
}

export interface RecordedRun {
  /** `unfixed on go1.9.7` */
  readonly title: string;
  readonly summary: RunSummary;
}

/** @param golden the folder test/golden, absolute */
export async function readRecorded(golden: string): Promise<readonly Recorded[]> {
  const tracing = liveTracers.filter(({ evidence }) => evidence === 'trace');
  return Promise.all(
    tracing.map(async (tracer) => {
      const whole = rawTrace(tracer, golden, 'every-call');
      return {
        tracer: tracer.name,
        everyCall: await decode(tracer, whole),
        cut: await decode(tracer, whole.subarray(0, whole.length / 2)),
        runs: [...(await raceRuns(tracer, golden)), await parkedRun(tracer, golden)],
      };
    }),
  );
}

const claimsSchema = z.array(
  z.looseObject({ pid: z.int(), variant: z.string(), goVersion: z.string(), network: z.string() }),
);

async function raceRuns(tracer: Tracer, golden: string): Promise<readonly RecordedRun[]> {
  const file = join(golden, tracer.name, 'udp-reconnect', 'claims.json');
  const claims = claimsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const events = await decode(tracer, rawTrace(tracer, golden, 'udp-reconnect'));
  const titles = claims.map(
    ({ variant, goVersion, network }) => `${variant} on ${goVersion}${network === 'udp6' ? ', IPv6' : ''}`,
  );
  const pids = claims.map(({ pid }) => pid);
  return judge(events, titles, pids);
}

async function parkedRun(tracer: Tracer, golden: string): Promise<RecordedRun> {
  const events = await decode(tracer, rawTrace(tracer, golden, 'parked-receive'));
  const [run] = await judge(events, ['parked-receive'], [null]);
  if (run === undefined) throw new RangeError('one program is one run');
  return run;
}

async function judge(
  events: readonly TraceEvent[],
  titles: readonly string[],
  pids: readonly (number | null)[],
): Promise<RecordedRun[]> {
  const { runs, doubts } = await analyzeBlock(oneBatch(events), {
    session: 'golden',
    evidence: 'trace',
    closeReleasesInCall: true,
    losses: [],
    doubts: [],
    runs: titles.map((_, index) => ({
      run: `000${index + 1}`,
      pid: pids[index] ?? null,
      isolated: true,
      ended: { exitCode: 0, signal: null, by: 'itself', error: null },
      claims: null,
      claimsExpected: false,
    })),
  });
  if (doubts.length > 0) throw new Error(`a recording is doubtful: ${doubts[0]?.text}`);
  return runs.map((summary, index) => ({ title: titles[index] ?? '', summary }));
}

function rawTrace(tracer: Tracer, golden: string, name: string): Uint8Array {
  const { rawTrace } = tracer.command({ directory: '/d', launcher: ['/l'], installation: {} });
  return readFileSync(join(golden, tracer.name, name, rawTrace ?? ''));
}

async function decode(tracer: Tracer, raw: Uint8Array): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const batch of tracer.decode(oneBatch(raw))) events.push(...batch);
  return events;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
async function* oneBatch<T>(batch: T): AsyncGenerator<T> {
  yield batch;
}
