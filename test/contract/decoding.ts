/** What every test of a decoder does with it: bytes in any pieces in, events out, their order checked. */
import fc from 'fast-check';
import type { Decoder } from '../../harness/tracers/event-flow.ts';
import type { TraceEvent } from '../../src/trace/event.ts';

export function decodeChunks(decoder: Decoder, chunks: readonly Uint8Array[]): TraceEvent[] {
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

export function isOrdered(events: readonly TraceEvent[]): boolean {
  return events.every((event, index) => event.at >= (events[index - 1]?.at ?? 0));
}

/** Bytes cut at these places (taken modulo their number). */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

/** To be taken modulo a length. */
export const place = fc.nat({ max: 1 << 20 });
