/**
 * What the replay said of every bind and listen of a recording, from what came before and without any identity, held
 * against the kernel's answer. Where the tracer tells identities, a second replay checks itself against them.
 */
import { createReadStream } from 'node:fs';
import { ReadableStream } from 'node:stream/web';
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
  const tally = new Tally();
  // Decoded once, for both replays.
  const [first, second] = ReadableStream.from(byProgram(recording, tally)).tee();
  const [inferred, told] = await Promise.all([
    replayed(recording, first, 'inferred', (judgement) => tally.judged(judgement)),
    replayed(recording, second, 'told', () => undefined),
  ]);
  return { tally, complaints: tally.tellsIdentity ? [...inferred, ...told] : inferred };
}

/** Successive events, all of one program. */
interface Piece {
  readonly program: string;
  readonly events: readonly TraceEvent[];
}

async function* byProgram({ tracer, trace }: Recording, tally: Tally): AsyncIterable<Piece> {
  let program = '';
  for await (const batch of tracer.decode(createReadStream(trace))) {
    let from = 0;
    for (const [index, event] of batch.entries()) {
      tally.saw(event);
      const next = event.kind === 'mark' ? /^situation (.*)$/.exec(event.text)?.[1] : undefined;
      if (next === undefined) continue;
      if (index > from) yield { program, events: batch.slice(from, index) };
      [program, from] = [next, index];
      tally.programs++;
    }
    yield { program, events: batch.slice(from) };
  }
}

/** Doubts that a program of the generator may well give; any other says that the replay or the tracer is wrong. */
const welcome: ReadonlySet<DoubtCode> = new Set([
  'blind-spot',
  'unknown-address',
  'unknown-descriptor',
  'left-connection',
  'no-free-port',
]);

async function replayed(
  recording: Recording,
  pieces: AsyncIterable<Piece>,
  identity: 'inferred' | 'told',
  count: (judgement: BindJudgement) => void,
): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  const begins: { readonly at: number; readonly program: string }[] = [];
  let program = '';
  async function* events(): AsyncIterable<readonly TraceEvent[]> {
    for await (const piece of pieces) {
      const [first] = piece.events;
      if (piece.program !== program && first !== undefined)
        begins.push({ program: piece.program, at: first.at });
      program = piece.program;
      yield identity === 'told' ? piece.events : piece.events.flatMap(withoutIdentity);
    }
  }
  const analysis = await analyzeBlock(events(), {
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
      count(judgement);
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
  return complaints;
}

function mistakeIn(judgement: BindJudgement, program: string): string | null {
  const { predicted, openBy, answered, network, call, address } = judgement;
  const what = `${call} ${network} ${address}: predicted ${predicted}, the kernel: ${answered}`;
  if (predicted === 'undetermined')
    return program.startsWith('calm') ? `${what} (open by ${openBy.join(', ')})` : null;
  return predicted === answered ? null : what;
}

function withoutIdentity(event: TraceEvent): TraceEvent | [] {
  if (event.kind === 'release') return [];
  if (!('socket' in event)) return event;
  const { socket: _, ...inferred } = event;
  return inferred;
}
