/**
 * What the decoders of tracers inside the kernel share: items that came a little out of order, as events in time
 * order, every return with its entry; and losses that may be anywhere.
 */
import type { LossEvent, LossReason, TraceEvent } from '../../src/trace/event.ts';
import type { Nanos } from '../../src/trace/ids.ts';
import { nanos } from '../../src/trace/ids.ts';
import { createReordering } from '../../src/trace/order.ts';
import { createPairing } from './pairing.ts';
import type { Renamed } from './pairing.ts';

export type Item = TraceEvent | Renamed;

export interface Decoder {
  /** @param chunk is kept, and must not be written to afterwards */
  push(chunk: Uint8Array): readonly TraceEvent[];
  /** To be called once, at the end of the trace. */
  end(): readonly TraceEvent[];
}

export async function* decodeWith(
  decoder: Decoder,
  raw: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly TraceEvent[]> {
  for await (const chunk of raw) {
    const events = decoder.push(chunk);
    if (events.length > 0) yield events;
  }
  const events = decoder.end();
  if (events.length > 0) yield events;
}

export interface EventFlow {
  readonly push: (item: Item) => void;
  /** What can not be placed, or is not there, may have been about any process and any time. */
  lose(reason: LossReason, count: number | null, text: string): void;
  /** What can no longer be preceded by anything within the window. */
  release(): readonly TraceEvent[];
  /** All that is left. */
  drain(): readonly TraceEvent[];
}

export function createEventFlow(windowNs: number): EventFlow {
  const reordering = createReordering<Item>(windowNs, tooLate);
  let events: TraceEvent[] = [];
  const pair = createPairing((event) => events.push(event));
  let newest = nanos(0);

  const push = (item: Item): void => {
    if (item.at > newest) newest = item.at;
    reordering.push(item);
  };
  const paired = (items: readonly Item[]): readonly TraceEvent[] => {
    for (const item of items) pair(item);
    const due = events;
    events = [];
    return due;
  };
  return {
    push,
    lose: (reason, count, text) => push(lossAnywhere(newest, reason, count, text)),
    release: () => paired(reordering.release()),
    drain: () => paired(reordering.drain()),
  };
}

/**
 * The records are not in time order and nothing bounds the disorder, so a trace that was cut is doubtful from its
 * start: without the counts of the end nobody knows whether all of the beginning arrived.
 */
export function lossAnywhere(at: Nanos, reason: LossReason, count: number | null, text: string): LossEvent {
  return { kind: 'loss', at, pid: null, extent: 'anywhere', reason, count, text };
}

/** What stood before the window is lost for the replay, but it is known whose it was. */
export function tooLate(item: Item, floor: Nanos): Item {
  const { at, pid, kind } = item;
  const text = `${kind} of ${at} ns came after events up to ${floor} ns had been handed on`;
  return { kind: 'loss', at: floor, pid, extent: 'anywhere', reason: 'disorder', count: 1, text };
}
