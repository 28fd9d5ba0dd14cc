/**
 * The agent's records to events in time order: streaming, pure and total. Whatever the bytes are, it does not
 * throw; what it can not read or does not find becomes a loss.
 */
import type { LossEvent, TraceEvent } from '../../../src/trace/event.ts';
import { createEventFlow, decodeWith } from '../event-flow.ts';
import type { Decoder } from '../event-flow.ts';
import { countedKinds, flags, kinds } from './layout.ts';
import { createRecordSplitter } from './record-splitter.ts';
import type { Head } from './record.ts';
import { readHead, readRecord } from './record.ts';
import type { Begin, Trailer } from './trailer.ts';
import { readBegin, readTrailer } from './trailer.ts';

/**
 * How far back in trace time a record may come. The ring is filled in time order but for a few microseconds, and a
 * call that is told as one is told at its return: what it may take without waiting for anything (a thread that loses
 * its processor in the middle of it) nothing bounds.
 */
export const defaultWindowNs = 250_000_000;

export function decode(raw: AsyncIterable<Uint8Array>): AsyncIterable<readonly TraceEvent[]> {
  return decodeWith(createDecoder(defaultWindowNs), raw);
}

export function createDecoder(windowNs: number): Decoder {
  const flow = createEventFlow(windowNs);
  const seen = new Map<number, number>();
  let releasesSeen = 0;
  let begin: Begin | null = null;
  let trailer: Trailer | null = null;

  function readOne(view: DataView): void {
    const kind = view.getUint8(2);
    if (kind === kinds.begin && begin === null) begin = readBegin(view);
    else if (kind === kinds.end && trailer === null) trailer = readTrailer(view);
    // Two of what there is once: this may be the pieces of two traces, and whose counts hold is not known.
    else if (kind === kinds.begin || kind === kinds.end)
      flow.lose('unparsed', 1, `a second record of kind ${kind}`);
    else if (begin === null) flow.lose('unparsed', 1, `a record of kind ${kind} before the first one`);
    else readEvent(view, begin);
  }

  function readEvent(view: DataView, { origin }: Begin): void {
    const head = readHead(view, origin);
    if (head !== null) seen.set(head.kind, (seen.get(head.kind) ?? 0) + 1);
    if (head !== null && tellsRelease(head)) releasesSeen++;
    if (head !== null && readRecord(view, head, origin, flow.push)) return;
    const what = `no rule fits a record of kind ${view.getUint8(2)} with ${view.byteLength} bytes`;
    if (head === null) flow.lose('unparsed', 1, what);
    else flow.push(unparsed(head, what));
  }

  function compareCounts(trailer: Trailer): void {
    const { told, dropped, notFollowed, compatCalls, releases, skipped } = trailer;
    for (const [name, kind] of countedKinds) {
      const lost = dropped.get(name) ?? 0;
      if (lost > 0)
        flow.lose('dropped', lost, `the ring was full: ${lost} records of kind ${name} were dropped`);
      const arrived = seen.get(kind) ?? 0;
      const counted = told.get(name) ?? 0;
      if (arrived === counted) continue;
      const text = `the kernel counted ${counted} records of kind ${name}, ${arrived} arrived`;
      flow.lose('count-mismatch', Math.abs(counted - arrived), text);
    }
    // Of the calls that were dropped some may have told one.
    const unseen = releases - releasesSeen;
    if (unseen < 0 || unseen > (dropped.get('release') ?? 0) + (dropped.get('call') ?? 0)) {
      const text = `the kernel counted ${releases} releases of sockets, ${releasesSeen} arrived`;
      flow.lose('count-mismatch', Math.abs(unseen), text);
    }
    if (skipped > 0) {
      flow.lose('dropped', skipped, `the kernel left out a program of the tracer ${skipped} times`);
    }
    if (notFollowed > 0) {
      const text = `${notFollowed} threads or processes were too many to be followed`;
      flow.lose('not-followed', notFollowed, text);
    }
    if (compatCalls > 0) {
      flow.lose('probe-error', compatCalls, `${compatCalls} calls of 32-bit programs were not followed`);
    }
  }

  const splitter = createRecordSplitter(readOne);
  return {
    push(chunk) {
      splitter.push(chunk);
      return flow.release();
    },
    end() {
      const { left, isUnreadable } = splitter.end();
      if (isUnreadable) flow.lose('unparsed', null, `${left} bytes that are no records of this version`);
      else if (left > 0)
        flow.lose('truncated', null, `the trace breaks off in a record, after ${left} bytes of it`);
      if (begin === null) flow.lose('truncated', null, 'the trace has no first record');
      if (trailer === null)
        flow.lose('truncated', null, 'the trace has no last record with the counts of the kernel');
      else compareCounts(trailer);
      return flow.drain();
    },
  };
}

function tellsRelease({ kind, flags: told }: Head): boolean {
  return kind === kinds.release || (kind === kinds.call && (told & flags.released) !== 0);
}

/** With its head a record still names its moment and its process. */
function unparsed({ at, pid, nr }: Head, what: string): LossEvent {
  const text = `${what}, system call ${nr}`;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}
