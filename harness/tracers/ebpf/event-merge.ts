/** Records in the order of time tell of moments that overlap: one call ends after another one has begun. */
import type { TraceEvent } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import type { Item } from '../event-flow.ts';
import { tooLate } from '../event-flow.ts';
import { createPairing } from '../pairing.ts';

export interface EventMerge {
  /** From here on nothing is pushed that happened before; never less than the last time. */
  advance(at: number): void;
  /** What came too late becomes a loss. */
  readonly push: (item: Item) => void;
  /** All events that are due. */
  take(): readonly TraceEvent[];
}

export function createEventMerge(): EventMerge {
  /** Sorted; of equal times the first that came is the first. */
  const pending: Item[] = [];
  const pair = createPairing();
  let events: TraceEvent[] = [];
  let floor = 0;

  return {
    advance(at) {
      floor = at;
      let due = 0;
      for (let item = pending[0]; item !== undefined && item.at <= at; item = pending[++due]) {
        pair(item, (event) => events.push(event));
      }
      if (due > 0) pending.splice(0, due);
    },
    push(item) {
      const placed = item.at < floor ? tooLate(item, nanos(floor)) : item;
      let index = pending.length;
      while (index > 0 && (pending[index - 1]?.at ?? 0) > placed.at) index--;
      if (index === pending.length) pending.push(placed);
      else pending.splice(index, 0, placed);
    },
    take() {
      const due = events;
      events = [];
      return due;
    },
  };
}
