/**
 * The output of sockets.d and sockets-darwin.d to events in time order: streaming, pure and total. Whatever the bytes are, it
 * does not throw; what it can not read or does not find becomes a loss.
 */
import type { LossEvent, LossReason, TraceEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { createReordering } from '../../../src/trace/order.ts';
import type { System } from '../errno.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { createPairing } from '../pairing.ts';
import { LineCursor } from './line-cursor.ts';
import type { Head, Item, RecordKind } from './record.ts';
import { readHead, readRecord, recordKinds } from './record.ts';
import type { Header, Trailer } from './trailer.ts';
import { readHeader, readTrailer } from './trailer.ts';

/**
 * How far back in trace time a line may come. DTrace drains the buffers of the processors one after another;
 * 3 ms was the worst seen (100,000 lines a second on two busy processors), 20 ms with three busy loops beside
 * it, and nothing bounds it. What the window holds is most of the memory that judging a trace takes.
 */
export const defaultWindowNs = 250_000_000;

export async function* decode(
  raw: AsyncIterable<Uint8Array>,
  windowNs = defaultWindowNs,
): AsyncGenerator<readonly TraceEvent[]> {
  const decoder = createDecoder(windowNs);
  for await (const chunk of raw) {
    const events = decoder.push(chunk);
    if (events.length > 0) yield events;
  }
  const events = decoder.end();
  if (events.length > 0) yield events;
}

export interface Decoder {
  push(chunk: Uint8Array): readonly TraceEvent[];
  /** To be called once, at the end of the trace. */
  end(): readonly TraceEvent[];
  /** Of the machine that made the trace; null before its first line. */
  readonly system: System | null;
}

export function createDecoder(windowNs: number): Decoder {
  const cursor = new LineCursor();
  const seen = new Map<RecordKind, number>(recordKinds.map((kind) => [kind, 0]));
  const reordering = createReordering<Item>(windowNs, tooLate);
  const pair = createPairing();
  let newest = nanos(0);
  let header: Header | null = null;
  let trailer: Trailer | null = null;

  const push = (item: Item): void => {
    if (item.at > newest) newest = item.at;
    reordering.push(item);
  };
  const lose = (reason: LossReason, count: number | null, text: string): void =>
    push(lossAnywhere(newest, reason, count, text));

  function readLine(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (bytes[start] === 0x40) return readMeta(lineText(bytes, start, end));
    cursor.open(bytes, start, end);
    const head = readHead(cursor);
    if (head !== null) seen.set(head.kind, (seen.get(head.kind) ?? 0) + 1);
    if (head !== null && readRecord(cursor, head, header ?? unknownHeader, push)) return;
    push(unparsed(head, newest, lineText(bytes, start, end)));
  }

  function readMeta(line: string): void {
    if (header === null) {
      header = readHeader(line);
      if (header !== null) return;
    }
    const counts = trailer === null ? readTrailer(line) : null;
    if (counts === null) push(unparsed(null, newest, line));
    else trailer = counts;
  }

  function compareCounts({ lines, compatCalls }: Trailer): void {
    for (const kind of recordKinds) {
      const arrived = seen.get(kind) ?? 0;
      const counted = lines[kind];
      if (arrived === counted) continue;
      const text = `the kernel counted ${counted} lines of kind ${kind}, ${arrived} arrived`;
      lose('count-mismatch', Math.abs(counted - arrived), text);
    }
    if (compatCalls > 0) {
      lose('probe-error', compatCalls, `${compatCalls} calls of 32-bit programs were not followed`);
    }
  }

  const splitter = createLineSplitter(readLine);
  const paired = (items: readonly Item[]): readonly TraceEvent[] => {
    const events: TraceEvent[] = [];
    for (const item of items) pair(item, (event) => events.push(event));
    return events;
  };

  return {
    push(chunk) {
      splitter.push(chunk);
      return paired(reordering.release());
    },
    end() {
      splitter.end((bytes, start, end) =>
        lose('truncated', null, `the trace breaks off in the line: ${lineText(bytes, start, end)}`),
      );
      if (header === null) lose('truncated', null, 'the trace has no @BEGIN line');
      if (trailer === null)
        lose('truncated', null, 'the trace has no @END line with the counts of the kernel');
      else compareCounts(trailer);
      return paired(reordering.drain());
    },
    get system() {
      return header?.system ?? null;
    },
  };
}

/** The trace is doubtful then; its lines are read as far as they go. */
const unknownHeader: Header = { system: 'linux', exitSaysLast: false };

/** With its head a line still names its moment and its process. */
function unparsed(head: Head | null, newest: Nanos, line: string): LossEvent {
  const text = `no rule fits the line: ${line}`;
  if (head === null) return lossAnywhere(newest, 'unparsed', 1, text);
  const { at, pid } = head;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}

/**
 * A line that can not be placed, or that is not there, may have been about any process and, since the output
 * is not in time order and nothing bounds the disorder, about any time. So a trace that was cut is doubtful from its
 * start: without the counts of the end nobody knows whether all of the beginning arrived.
 */
function lossAnywhere(at: Nanos, reason: LossReason, count: number | null, text: string): LossEvent {
  return { kind: 'loss', at, pid: null, extent: 'anywhere', reason, count, text };
}

/** What stood before the window is lost for the replay, but it is known whose it was. */
function tooLate(item: Item, floor: Nanos): Item {
  const { at, pid, kind } = item;
  const text = `${kind} of ${at} ns came after events up to ${floor} ns had been handed on`;
  return { kind: 'loss', at: floor, pid, extent: 'anywhere', reason: 'disorder', count: 1, text };
}

const longestExcerpt = 200;
const latin1 = new TextDecoder('latin1');

function lineText(bytes: Uint8Array, start: number, end: number): string {
  return latin1.decode(bytes.subarray(start, Math.min(end, start + longestExcerpt)));
}
