/**
 * What the replay said of every bind and listen of a recording, from what came before and without any identity, held
 * against the kernel's answer. Where the tracer tells identities, a second replay checks itself against them.
 */
import { createReadStream } from 'node:fs';
import type { BindJudgement } from '../../src/kernel/ledger.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { DoubtCode } from '../../src/verdict/doubt.ts';
import { tracedSession, type Recording } from '../live/bind-table/judged-table.ts';
import { Tally } from './tally.ts';

export interface Complaint {
  /** Name of the program that it is about; empty: not known. */
  readonly program: string;
  readonly text: string;
}

export interface Conformance {
  readonly complaints: readonly Complaint[];
  readonly tally: Tally;
}

export async function judgeConformance(recording: Recording): Promise<Conformance> {
  const inferred = await replayed(recording, 'inferred');
  const { tally } = inferred;
  if (!tally.tellsIdentity) return inferred;
  const told = await replayed(recording, 'told');
  return { tally, complaints: [...inferred.complaints, ...told.complaints] };
}

/** Doubts that a program of the generator may well give; any other says that the replay or the tracer is wrong. */
const welcome: ReadonlySet<DoubtCode> = new Set([
  'blind-spot',
  'unknown-address',
  'unknown-descriptor',
  'left-connection',
  'no-free-port',
]);

async function replayed(recording: Recording, identity: 'inferred' | 'told'): Promise<Conformance> {
  const complaints: Complaint[] = [];
  const tally = new Tally();
  const begins: { readonly at: number; readonly program: string }[] = [];
  let program = '';
  const look = (event: TraceEvent): void => {
    tally.saw(event);
    if (event.kind !== 'mark') return;
    const [, name] = /^situation (.*)$/.exec(event.text) ?? [];
    if (name === undefined) return;
    program = name;
    begins.push({ at: event.at, program });
  };
  const events = recording.tracer.decode(createReadStream(recording.trace));
  const analysis = await analyzeBlock(passing(events, look, identity), {
    session: tracedSession,
    evidence: 'trace',
    runs: recording.runs.map(({ run }) => ({
      run,
      pid: null,
      isolated: true,
      ended: { exitCode: 0, signal: null, by: 'itself', error: null },
      claims: null,
      claimsExpected: false,
    })),
    losses: recording.tracer.health(recording.end),
    doubts: [],
    closeReleasesInCall: true,
    onBind: (judgement) => {
      tally.judged(judgement);
      const text = identity === 'inferred' ? mistakeIn(judgement, program) : null;
      if (text !== null) complaints.push({ program, text });
    },
  });
  const doubts = [...analysis.doubts, ...analysis.runs.flatMap((run) => run.doubts)];
  for (const { code, text, at } of doubts) {
    if (welcome.has(code)) continue;
    const begun = begins.findLast((each) => each.at <= (at ?? -1));
    complaints.push({ program: begun?.program ?? '', text: `${code}: ${text}` });
  }
  return { complaints, tally };
}

function mistakeIn(judgement: BindJudgement, program: string): string | null {
  const { predicted, answered, network, call, address } = judgement;
  const what = `${call} ${network} ${address}: predicted ${predicted}, the kernel: ${answered}`;
  if (predicted === 'undetermined') return program.startsWith('calm') ? what : null;
  return predicted === answered ? null : what;
}

async function* passing(
  batches: AsyncIterable<readonly TraceEvent[]>,
  look: (event: TraceEvent) => void,
  identity: 'inferred' | 'told',
): AsyncIterable<readonly TraceEvent[]> {
  for await (const batch of batches) {
    for (const event of batch) {
      look(event);
      const seen = identity === 'told' ? event : withoutIdentity(event);
      if (seen !== null) yield [seen];
    }
  }
}

function withoutIdentity(event: TraceEvent): TraceEvent | null {
  if (event.kind === 'release') return null;
  if (!('socket' in event)) return event;
  const { socket: _, ...inferred } = event;
  return inferred;
}
