/**
 * Records in the order of time again, as the bytes that they are: a second of a busy program is half a million of them,
 * and as events they would be ten times as large, and old before anybody reads them.
 */
import TinyQueue from 'tinyqueue';
import type { Piece } from './record-cursor.ts';
import { RecordQueue } from './record-queue.ts';

export interface RecordWindow {
  /** @param at the earliest moment that the record tells of */
  push(piece: Piece, start: number, at: number): void;
  /** All that is left. */
  drain(): void;
}

interface Straggler {
  readonly piece: Piece;
  readonly start: number;
  readonly at: number;
  readonly sequence: number;
}

/**
 * What comes out when depends on the sequence of records alone. Of equal times the first that came is the first.
 * @param windowNs a record that is so much older than the newest one still finds its place
 * @param onRecord `at` never decreases: it is later than what was pushed where the record came too late
 */
export function createRecordWindow(
  windowNs: number,
  onRecord: (piece: Piece, start: number, at: number) => void,
): RecordWindow {
  /** Those that came in order. */
  const queue = new RecordQueue();
  /** Those that came later than one of a later time; there are few, unless somebody has made up the trace. */
  const stragglers = new TinyQueue<Straggler>([], (a, b) => a.at - b.at || a.sequence - b.sequence);
  let sequence = 0;
  let newest = 0;
  let floor = 0;

  function settle(until: number): void {
    floor = until;
    for (;;) {
      const { at } = queue;
      const straggler = stragglers.peek();
      // Whoever waits in the queue with the same time came before the straggler.
      if (straggler !== undefined && straggler.at < at) {
        if (straggler.at > until) break;
        stragglers.pop();
        onRecord(straggler.piece, straggler.start, straggler.at);
      } else {
        if (at > until || at === Infinity) break;
        queue.shift(onRecord);
      }
    }
  }

  return {
    push(piece, start, told) {
      const at = Math.max(told, floor);
      if (at < newest) stragglers.push({ piece, start, at, sequence: sequence++ });
      else {
        queue.push(piece, start, at);
        newest = at;
      }
      const due = newest - windowNs;
      if (queue.at <= due || (stragglers.peek()?.at ?? Infinity) <= due) settle(due);
    },
    drain: () => settle(Infinity),
  };
}
