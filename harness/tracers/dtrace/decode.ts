/**
 * The output of sockets.d and sockets-darwin.d to events in time order: streaming, pure and total. Whatever the bytes are, it
 * does not throw; what it can not read or does not find becomes a loss.
 */
import type { LossEvent, TraceEvent } from '../../../src/trace/event.ts';
import type { System } from '../errno.ts';
import { createEventFlow, decodeWith } from '../event-flow.ts';
import type { Decoder } from '../event-flow.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { LineCursor } from './line-cursor.ts';
import type { Head, RecordKind } from './record.ts';
import { readHead, readRecord, recordKinds } from './record.ts';
import type { Header, Trailer } from './trailer.ts';
import { readHeader, readTrailer } from './trailer.ts';

/**
 * How far back in trace time a line may come. DTrace drains the buffers of the processors one after another;
 * 3 ms was the worst seen (100,000 lines a second on two busy processors), 20 ms with three busy loops beside
 * it, and nothing bounds it. What the window holds is most of the memory that judging a trace takes.
 */
export const defaultWindowNs = 250_000_000;

export function decode(raw: AsyncIterable<Uint8Array>): AsyncIterable<readonly TraceEvent[]> {
  return decodeWith(createDecoder(defaultWindowNs), raw);
}

export interface DtraceDecoder extends Decoder {
  /** Of the machine that made the trace; null before its first line. */
  readonly system: System | null;
}

export function createDecoder(windowNs: number): DtraceDecoder {
  const cursor = new LineCursor();
  const flow = createEventFlow(windowNs);
  const seen = new Map<RecordKind, number>(recordKinds.map((kind) => [kind, 0]));
  let header: Header | null = null;
  let trailer: Trailer | null = null;

  function readLine(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (bytes[start] === 0x40) return readMeta(lineText(bytes, start, end));
    cursor.open(bytes, start, end);
    const head = readHead(cursor);
    if (head !== null) seen.set(head.kind, (seen.get(head.kind) ?? 0) + 1);
    if (head !== null && readRecord(cursor, head, header ?? unknownHeader, flow.push)) return;
    const text = `no rule fits the line: ${lineText(bytes, start, end)}`;
    if (head === null) flow.lose('unparsed', 1, text);
    else flow.push(unparsed(head, text));
  }

  function readMeta(line: string): void {
    if (header === null) {
      header = readHeader(line);
      if (header !== null) return;
    }
    const counts = trailer === null ? readTrailer(line) : null;
    if (counts === null) flow.lose('unparsed', 1, `no rule fits the line: ${line}`);
    else trailer = counts;
  }

  function compareCounts({ lines, compatCalls }: Trailer): void {
    for (const kind of recordKinds) {
      const arrived = seen.get(kind) ?? 0;
      const counted = lines[kind];
      if (arrived === counted) continue;
      const text = `the kernel counted ${counted} lines of kind ${kind}, ${arrived} arrived`;
      flow.lose('count-mismatch', Math.abs(counted - arrived), text);
    }
    if (compatCalls > 0) {
      flow.lose('probe-error', compatCalls, `${compatCalls} calls of 32-bit programs were not followed`);
    }
  }

  const splitter = createLineSplitter(readLine);
  return {
    push(chunk) {
      splitter.push(chunk);
      return flow.release();
    },
    end() {
      splitter.end((bytes, start, end) =>
        flow.lose('truncated', null, `the trace breaks off in the line: ${lineText(bytes, start, end)}`),
      );
      if (header === null) flow.lose('truncated', null, 'the trace has no @BEGIN line');
      if (trailer === null)
        flow.lose('truncated', null, 'the trace has no @END line with the counts of the kernel');
      else compareCounts(trailer);
      return flow.drain();
    },
    get system() {
      return header?.system ?? null;
    },
  };
}

/** The trace is doubtful then; its lines are read as far as they go. */
const unknownHeader: Header = { system: 'linux', exitSaysLast: false };

/** With its head a line still names its moment and its process. */
function unparsed({ at, pid }: Head, text: string): LossEvent {
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}

const longestExcerpt = 200;
const latin1 = new TextDecoder('latin1');

function lineText(bytes: Uint8Array, start: number, end: number): string {
  return latin1.decode(bytes.subarray(start, Math.min(end, start + longestExcerpt)));
}
