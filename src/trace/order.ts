/**
 * Time order restored. Tracers with a buffer for each processor deliver events a little out of order;
 * here they are held back for a window of trace time and then released sorted. Events of equal times
 * keep the order in which they came, so a thread's own events are never swapped.
 */
import type { Nanos } from './ids.ts';
import { nanos } from './ids.ts';

export interface Reordering<Item> {
  push(item: Item): void;
  /** What can no longer be preceded by anything within the window, in time order; often nothing. */
  release(): readonly Item[];
  /** All that is left, in time order. */
  drain(): readonly Item[];
}

/**
 * What is released depends on the sequence of items alone, not on when `release` is called.
 * @param windowNs an item this much older than the newest one still finds its place
 * @param replaceLate what stands for an item that came too late; `floor` is the earliest time it may have
 */
export function createReordering<Item extends { readonly at: Nanos }>(
  windowNs: number,
  replaceLate: (item: Item, floor: Nanos) => Item,
): Reordering<Item> {
  let pending: Item[] = [];
  let ready: Item[] = [];
  let newest = nanos(0);
  let floor = nanos(0);

  function settle(until: Nanos): void {
    pending.sort((a, b) => a.at - b.at);
    const count = countUntil(pending, until);
    ready = ready.length === 0 ? pending.slice(0, count) : ready.concat(pending.slice(0, count));
    pending = pending.slice(count);
    floor = until;
  }

  return {
    push(item) {
      pending.push(item.at < floor ? replaceLate(item, floor) : item);
      if (item.at > newest) newest = item.at;
      // Twice the window at once: sorting is cheaper for many, and nobody waits for single events.
      if (newest - floor > 2 * windowNs) settle(nanos(newest - windowNs));
    },
    release() {
      const released = ready;
      ready = [];
      return released;
    },
    drain() {
      settle(newest);
      return this.release();
    },
  };
}

/** How many items of a sorted list are at or before a time. */
function countUntil(sorted: readonly { readonly at: Nanos }[], until: Nanos): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.at ?? 0) <= until) low = middle + 1;
    else high = middle;
  }
  return low;
}
