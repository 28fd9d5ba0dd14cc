/** From the trace of the tables to one row for each bind: what the replay predicted and what the kernel answered. */
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { claimsSchema } from '../../../harness/run/claims.ts';
import type { Tracer, TracerEnd } from '../../../harness/tracers/tracer.ts';
import type { BindJudgement } from '../../../src/kernel/ledger.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { analyzeBlock, type RunFacts } from '../../../src/verdict/analysis.ts';
import type { Doubt } from '../../../src/verdict/doubt.ts';

export const tracedSession = 'bind-table';

/** What a session of the tables leaves: in its own directory, or in test/golden. */
export interface Recording {
  readonly tracer: Tracer;
  /** The raw trace, absolute. */
  readonly trace: string;
  readonly end: TracerEnd;
  readonly runs: readonly {
    readonly run: string;
    /** The documents that the program wrote; null: none. */
    readonly claims: unknown;
    readonly answers: unknown;
    /** Its stderr. */
    readonly complaints: string;
  }[];
}

export interface Row extends Pick<BindJudgement, 'address' | 'predicted' | 'answered'> {
  readonly situation: string;
  /** Addresses of the sockets in the way, in the order in which the kernel meets them. */
  readonly holders: readonly string[];
}

export interface JudgedTable {
  readonly run: string;
  /** Every bind that succeeded or met EADDRINUSE, in order; the last one of a situation is its candidate. */
  readonly rows: readonly Row[];
  readonly doubts: readonly Doubt[];
}

/** The same way as a session of `repro` goes, but for the hook that tells of every bind. */
export async function judgeTables(recording: Recording): Promise<readonly JudgedTable[]> {
  const rows = new Map<string, Row[]>(recording.runs.map(({ run }) => [run, []]));
  let run = '';
  let situation = '';
  const look = (event: TraceEvent): void => {
    if (event.kind !== 'mark') return;
    run = /^run (\S+) begin$/.exec(event.text)?.[1] ?? run;
    situation = /^situation (.*)$/.exec(event.text)?.[1] ?? situation;
  };
  const events = recording.tracer.decode(createReadStream(recording.trace));
  const analysis = await analyzeBlock(oneByOne(events, look), {
    session: tracedSession,
    evidence: 'trace',
    runs: recording.runs.map(factsOf),
    losses: recording.tracer.health(recording.end),
    doubts: [],
    closeReleasesInCall: true,
    onBind: ({ address, predicted, answered, holders }) =>
      rows.get(run)?.push({
        situation,
        address,
        predicted,
        answered,
        holders: holders.map((holder) => holder.address ?? 'an unknown port'),
      }),
  });
  return analysis.runs.map((summary) => ({
    run: summary.run,
    rows: rows.get(summary.run) ?? [],
    doubts: [...analysis.doubts, ...summary.doubts],
  }));
}

function factsOf({ run, claims }: Recording['runs'][number]): RunFacts {
  return {
    run,
    pid: null,
    isolated: true,
    ended: { exitCode: 0, signal: null, by: 'itself', error: null },
    claims: claimsSchema.parse(claims),
    claimsExpected: true,
  };
}

const answersSchema = z.array(
  z.object({ situation: z.string(), address: z.string(), errno: z.enum(['', 'EADDRINUSE']) }),
);

/** What the program itself says that the kernel answered, in the form of the rows. */
export function answersOf(
  recording: Recording,
  run: string,
): Pick<Row, 'situation' | 'address' | 'answered'>[] {
  const answers = recording.runs.find((each) => each.run === run)?.answers;
  return answersSchema.parse(answers).map(({ situation, address, errno }) => {
    return { situation, address, answered: errno === '' ? 'free' : 'blocked' };
  });
}

export function candidateRow({ rows }: JudgedTable, situation: string): Row | undefined {
  return rows.findLast((row) => row.situation === situation);
}

/** For people. */
export function formatRows(rows: readonly Row[]): string {
  const lines = rows.map(({ situation, address, predicted, answered, holders }) => {
    const by = holders.length === 0 ? '' : ` (${holders.join(', ')})`;
    const sign = predicted === answered ? ' ' : '!';
    return `${sign} ${situation} | bind ${address} | predicted ${predicted}${by} | kernel: ${answered}`;
  });
  return ['', ...lines, ''].join('\n');
}

async function* oneByOne(
  batches: AsyncIterable<readonly TraceEvent[]>,
  look: (event: TraceEvent) => void,
): AsyncIterable<readonly TraceEvent[]> {
  for await (const batch of batches) {
    for (const event of batch) {
      look(event);
      yield [event];
    }
  }
}
