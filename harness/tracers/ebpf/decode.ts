/**
 * The agent's records to events in time order: streaming, pure and total. Whatever the bytes are, it does not
 * throw; what it can not read or does not find becomes a loss.
 */
import type { LossEvent, LossReason, TraceEvent } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { decodeWith, lossAnywhere } from '../event-flow.ts';
import type { Decoder } from '../event-flow.ts';
import { earliestOf } from './call-record.ts';
import { createEventMerge } from './event-merge.ts';
import { flags, kinds } from './layout.ts';
import { RecordCursor } from './record-cursor.ts';
import type { Piece } from './record-cursor.ts';
import { createRecordSplitter } from './record-splitter.ts';
import { createRecordWindow } from './record-window.ts';
import { readRecord } from './record.ts';
import type { Begin, Trailer } from './trailer.ts';
import { readBegin, readTrailer, whatIsMissing } from './trailer.ts';

/**
 * How far back in trace time a record may come. The ring is filled in time order but for a few microseconds, and a
 * call that is told as one is told at its return: what it may take without waiting for anything (a thread that loses
 * its processor in the middle of it) nothing bounds.
 */
export const defaultWindowNs = 250_000_000;

export function decode(raw: AsyncIterable<Uint8Array>): AsyncIterable<readonly TraceEvent[]> {
  return decodeWith(createDecoder(defaultWindowNs), inSlices(raw));
}

/** Small ones: an event that has been judged before the next collection of garbage costs little. */
async function* inSlices(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of raw) {
    for (let at = 0; at < piece.length; at += sliceBytes) yield piece.subarray(at, at + sliceBytes);
  }
}

const sliceBytes = 1 << 15;

export function createDecoder(windowNs: number): Decoder {
  const merge = createEventMerge();
  const window = createRecordWindow(windowNs, readEvents);
  const record = new RecordCursor();
  const seen = new Map<number, number>();
  let releasesSeen = 0;
  let begin: Begin | null = null;
  let trailer: Trailer | null = null;
  let newest = nanos(0);

  function lose(reason: LossReason, count: number | null, text: string): void {
    merge.push(lossAnywhere(newest, reason, count, text));
  }

  function readOne(piece: Piece, start: number): void {
    record.moveTo(piece, start);
    const { kind } = record;
    if (kind === kinds.begin && begin === null) {
      begin = readBegin(record);
      record.origin = begin?.origin ?? 0;
    } else if (kind === kinds.end && trailer === null) trailer = readTrailer(record);
    // Two of what there is once: this may be the pieces of two traces, and whose counts hold is not known.
    else if (kind === kinds.begin || kind === kinds.end)
      lose('unparsed', 1, `a second record of kind ${kind}`);
    else if (begin === null) lose('unparsed', 1, `a record of kind ${kind} before the first one`);
    else if (!record.hasHead) lose('unparsed', 1, misfit(record));
    else {
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if (tellsRelease(record)) releasesSeen++;
      if (record.at > newest) newest = record.at;
      window.push(piece, start, earliestOf(record));
    }
  }

  function readEvents(piece: Piece, start: number, at: number): void {
    merge.advance(at);
    record.moveTo(piece, start);
    if (!readRecord(record, merge.push)) merge.push(unparsed(record));
  }

  const splitter = createRecordSplitter(readOne);
  return {
    push(chunk) {
      splitter.push(chunk);
      return merge.take();
    },
    end() {
      const { left, isUnreadable } = splitter.end();
      if (isUnreadable) lose('unparsed', null, `${left} bytes that are no records of this version`);
      else if (left > 0)
        lose('truncated', null, `the trace breaks off in a record, after ${left} bytes of it`);
      if (begin === null) lose('truncated', null, 'the trace has no first record');
      if (trailer === null)
        lose('truncated', null, 'the trace has no last record with the counts of the kernel');
      else {
        for (const { reason, count, text } of whatIsMissing(trailer, seen, releasesSeen))
          lose(reason, count, text);
      }
      window.drain();
      merge.advance(Infinity);
      return merge.take();
    },
  };
}

function tellsRelease({ kind, flags: told }: RecordCursor): boolean {
  return kind === kinds.release || (kind === kinds.call && (told & flags.released) !== 0);
}

/** With its head a record still names its moment and its process. */
function unparsed(record: RecordCursor): LossEvent {
  const { at, pid, nr } = record;
  const text = `${misfit(record)}, system call ${nr}`;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}

function misfit({ kind, size }: RecordCursor): string {
  return `no rule fits a record of kind ${kind} with ${size} bytes`;
}
