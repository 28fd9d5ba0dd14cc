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
  // Sorted; of equal times the first that came is the first. Those before `first` are gone.
  let pending: Item[] = [];
  let first = 0;
  let events: TraceEvent[] = [];
  const pair = createPairing((event) => events.push(event));
  let floor = 0;

  return {
    advance(at) {
      floor = at;
      for (let item = pending[first]; item !== undefined && item.at <= at; item = pending[++first])
        pair(item);
      if (first < gone) return;
      pending = pending.slice(first);
      first = 0;
    },
    push(item) {
      const placed = item.at < floor ? tooLate(item, nanos(floor)) : item;
      let index = pending.length;
      while (index > first && (pending[index - 1]?.at ?? 0) > placed.at) index--;
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

/** So many are forgotten at once: for each one alone it would take longer than all else that is done here. */
const gone = 256;
