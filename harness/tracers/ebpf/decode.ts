/**
 * The agent's records to events in time order: streaming, pure and total. Whatever the bytes are, it does not
 * throw; what it can not read or does not find becomes a loss.
 */
import type { LossEvent, LossReason, TraceEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { createReordering } from '../../../src/trace/order.ts';
import { createPairing } from '../pairing.ts';
import { countedKinds, kinds } from './layout.ts';
import { createRecordSplitter } from './record-splitter.ts';
import type { Head, Item } from './record.ts';
import { readHead, readRecord } from './record.ts';
import type { Begin, Trailer } from './trailer.ts';
import { readBegin, readTrailer } from './trailer.ts';

/**
 * How far back in trace time a record may come. The ring is filled in time order but for a few microseconds, and a
 * call that is told as one is told at its return: what it may take without waiting for anything (a thread that loses
 * its processor in the middle of it) nothing bounds.
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
}

export function createDecoder(windowNs: number): Decoder {
  const seen = new Map<number, number>();
  const reordering = createReordering<Item>(windowNs, tooLate);
  const pair = createPairing();
  let newest = nanos(0);
  let begin: Begin | null = null;
  let trailer: Trailer | null = null;

  const push = (item: Item): void => {
    if (item.at > newest) newest = item.at;
    reordering.push(item);
  };
  const lose = (reason: LossReason, count: number | null, text: string): void =>
    push(lossAnywhere(newest, reason, count, text));

  function readOne(view: DataView): void {
    const kind = view.getUint8(2);
    if (kind === kinds.begin && begin === null) begin = readBegin(view);
    else if (kind === kinds.end && trailer === null) trailer = readTrailer(view);
    else if (begin === null) lose('unparsed', 1, `a record of kind ${kind} before the first one`);
    else readEvent(view, begin);
  }

  function readEvent(view: DataView, { origin }: Begin): void {
    const head = readHead(view, origin);
    if (head !== null) seen.set(head.kind, (seen.get(head.kind) ?? 0) + 1);
    if (head !== null && readRecord(view, head, origin, push)) return;
    push(unparsed(head, newest, view));
  }

  function compareCounts({ told, dropped, notFollowed, compatCalls }: Trailer): void {
    for (const [name, kind] of countedKinds) {
      const lost = dropped.get(name) ?? 0;
      if (lost > 0) lose('dropped', lost, `the ring was full: ${lost} records of kind ${name} were dropped`);
      const arrived = seen.get(kind) ?? 0;
      const counted = told.get(name) ?? 0;
      if (arrived === counted) continue;
      const text = `the kernel counted ${counted} records of kind ${name}, ${arrived} arrived`;
      lose('count-mismatch', Math.abs(counted - arrived), text);
    }
    if (notFollowed > 0) {
      lose('not-followed', notFollowed, `${notFollowed} threads or processes were too many to be followed`);
    }
    if (compatCalls > 0) {
      lose('probe-error', compatCalls, `${compatCalls} calls of 32-bit programs were not followed`);
    }
  }

  const splitter = createRecordSplitter(readOne);
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
      const { left, isUnreadable } = splitter.end();
      if (isUnreadable) lose('unparsed', null, `${left} bytes that are no records of this version`);
      else if (left > 0)
        lose('truncated', null, `the trace breaks off in a record, after ${left} bytes of it`);
      if (begin === null) lose('truncated', null, 'the trace has no first record');
      if (trailer === null)
        lose('truncated', null, 'the trace has no last record with the counts of the kernel');
      else compareCounts(trailer);
      return paired(reordering.drain());
    },
  };
}

/** With its head a record still names its moment and its process. */
function unparsed(head: Head | null, newest: Nanos, view: DataView): LossEvent {
  const what = `a record of kind ${view.getUint8(2)} with ${view.byteLength} bytes`;
  if (head === null) return lossAnywhere(newest, 'unparsed', 1, `no rule fits ${what}`);
  const { at, pid, nr } = head;
  const text = `no rule fits ${what}, system call ${nr}`;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}

/** What can not be placed, or is not there, may have been about any process and any time. */
function lossAnywhere(at: Nanos, reason: LossReason, count: number | null, text: string): LossEvent {
  return { kind: 'loss', at, pid: null, extent: 'anywhere', reason, count, text };
}

/** What stood before the window is lost for the replay, but it is known whose it was. */
function tooLate(item: Item, floor: Nanos): Item {
  const { at, pid, kind } = item;
  const text = `${kind} of ${at} ns came after events up to ${floor} ns had been handed on`;
  return { kind: 'loss', at: floor, pid, extent: 'anywhere', reason: 'disorder', count: 1, text };
}
