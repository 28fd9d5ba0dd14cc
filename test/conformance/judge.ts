/**
 * What the replay said of every bind and listen of a recording, from what came before and without any identity, held
 * against the kernel's answer. Where the tracer tells identities, a second replay checks itself against them.
 */
import { createReadStream } from 'node:fs';
import { ReadableStream } from 'node:stream/web';
import type { BindJudgement } from '../../src/kernel/ledger.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import type { Tid } from '../../src/trace/ids.ts';
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
    replayed(recording, first, 'inferred'),
    replayed(recording, second, 'told'),
  ]);
  for (const { judgement, by } of inferred.binds) tally.judged(judgement, by);
  const mistakes = inferred.binds.flatMap(({ judgement, program }) => mistakeIn(judgement, program));
  const complaints = [...mistakes, ...inferred.complaints];
  if (!tally.tellsIdentity) return { tally, complaints };
  return {
    tally,
    complaints: [...complaints, ...told.complaints, ...otherHolders(inferred.binds, told.binds)],
  };
}

/** Successive events, all of one program. */
interface Piece {
  readonly program: string;
  /** The thread that began it: the executor's first. */
  readonly by: Tid | null;
  readonly events: readonly TraceEvent[];
}

async function* byProgram({ tracer, trace }: Recording, tally: Tally): AsyncIterable<Piece> {
  let program = '';
  let by: Tid | null = null;
  for await (const batch of tracer.decode(createReadStream(trace))) {
    let from = 0;
    for (const [index, event] of batch.entries()) {
      tally.saw(event);
      if (event.kind !== 'mark') continue;
      const [, next] = /^situation (.*)$/.exec(event.text) ?? [];
      if (next === undefined) continue;
      if (index > from) yield { program, by, events: batch.slice(from, index) };
      [program, by, from] = [next, event.tid, index];
      tally.programs++;
    }
    yield { program, by, events: batch.slice(from) };
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

/** A bind with the program that it belongs to. */
interface JudgedBind extends Pick<Piece, 'program' | 'by'> {
  readonly judgement: BindJudgement;
}

interface Replayed {
  readonly binds: readonly JudgedBind[];
  readonly complaints: readonly Complaint[];
}

async function replayed(
  recording: Recording,
  pieces: AsyncIterable<Piece>,
  identity: 'inferred' | 'told',
): Promise<Replayed> {
  const complaints: Complaint[] = [];
  const binds: JudgedBind[] = [];
  const begins: { readonly at: number; readonly program: string }[] = [];
  let current: Pick<Piece, 'program' | 'by'> = { program: '', by: null };
  async function* events(): AsyncIterable<readonly TraceEvent[]> {
    for await (const piece of pieces) {
      const [first] = piece.events;
      const { program, by } = piece;
      if (program !== current.program && first !== undefined) begins.push({ program, at: first.at });
      current = { program, by };
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
    onBind: (judgement) => binds.push({ ...current, judgement }),
  });
  const doubts = [...analysis.doubts, ...analysis.runs.flatMap((run) => run.doubts)];
  for (const { code, text, at } of doubts) {
    if (welcome.has(code)) continue;
    const begun = begins.findLast((each) => each.at <= (at ?? -1));
    complaints.push({ program: begun?.program ?? '', text: `${code}: ${text}` });
  }
  return { binds, complaints };
}

function mistakeIn(judgement: BindJudgement, program: string): Complaint[] {
  const { predicted, openBy, answered } = judgement;
  const isMistake = predicted === 'undetermined' ? program.startsWith('calm') : predicted !== answered;
  if (!isMistake) return [];
  const open = openBy.length === 0 ? '' : ` (open by ${openBy.join(', ')})`;
  return [{ program, text: `${called(judgement)}: predicted ${predicted}, the kernel: ${answered}${open}` }];
}

/**
 * Where a bind was refused as predicted: whoever was in its way, by the identities and the releases that the kernel
 * tells, has to be among those that were named without them. In a wild program others may be in its way as well,
 * whose descriptors went off in messages.
 */
function otherHolders(inferred: readonly JudgedBind[], told: readonly JudgedBind[]): Complaint[] {
  const facts = new Map(told.map(({ judgement }) => [keyOf(judgement), judgement]));
  return inferred.flatMap(({ judgement, program }) => {
    const { predicted, answered, holders } = judgement;
    if (predicted !== 'blocked' || answered !== 'blocked') return [];
    const fact = facts.get(keyOf(judgement));
    const named = new Set(holders.map(({ number }) => number));
    const isNamed = ({ number }: { readonly number: number }): boolean => named.has(number);
    const isRight = program.startsWith('calm') ? fact?.holders.every(isNamed) : fact?.holders.some(isNamed);
    if (fact?.predicted === 'blocked' && isRight === true) return [];
    return [
      { program, text: `${called(judgement)}: by identity another holder than the one that was named` },
    ];
  });
}

function keyOf({ tid, enteredAt }: BindJudgement): string {
  return `${tid} ${enteredAt}`;
}

function called({ call, network, address }: BindJudgement): string {
  return `${call} ${network} ${address}`;
}

function withoutIdentity(event: TraceEvent): TraceEvent | [] {
  if (event.kind === 'release') return [];
  if (!('socket' in event)) return event;
  const { socket: _, ...inferred } = event;
  return inferred;
}
