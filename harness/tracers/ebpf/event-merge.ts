/** Records in the order of time tell of moments that overlap: one call ends after another one has begun. */
import TinyQueue from 'tinyqueue';
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

interface Straggler {
  readonly item: Item;
  readonly sequence: number;
}

export function createEventMerge(): EventMerge {
  // Sorted; of equal times the first that came is the first. Those before `first` are gone.
  let pending: Item[] = [];
  let first = 0;
  /** Those that came after one of a later time; their number has no bound where somebody has made up the trace. */
  const stragglers = new TinyQueue<Straggler>([], (a, b) => a.item.at - b.item.at || a.sequence - b.sequence);
  let sequence = 0;
  let events: TraceEvent[] = [];
  const pair = createPairing((event) => events.push(event));
  let floor = 0;

  /** Of equal times the one in `pending` came before the straggler. */
  function takeUntil(at: number): Item | undefined {
    const inOrder = pending[first];
    const straggler = stragglers.peek()?.item;
    if (straggler !== undefined && (inOrder === undefined || straggler.at < inOrder.at)) {
      return straggler.at <= at ? stragglers.pop()?.item : undefined;
    }
    if (inOrder === undefined || inOrder.at > at) return undefined;
    first++;
    return inOrder;
  }

  return {
    advance(at) {
      floor = at;
      for (let item = takeUntil(at); item !== undefined; item = takeUntil(at)) pair(item);
      if (first < gone) return;
      pending = pending.slice(first);
      first = 0;
    },
    push(item) {
      const placed = item.at < floor ? tooLate(item, nanos(floor)) : item;
      if (placed.at >= (pending.at(-1)?.at ?? 0)) pending.push(placed);
      else stragglers.push({ item: placed, sequence: sequence++ });
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
