import type { CallName } from '../trace/event.ts';
import type { Nanos } from '../trace/ids.ts';
import type { Doubt, DoubtCode } from '../verdict/doubt.ts';
import type { LedgerSink } from './ledger.ts';
import type { Thread } from './process-table.ts';

/** Losses and doubts of one run, and whether a stretch of it is intact. */
export class DoubtBook {
  readonly #sink: LedgerSink;
  readonly #told = new Set<DoubtCode>();
  #lastLossAt: Nanos | null = null;

  constructor(sink: LedgerSink) {
    this.#sink = sink;
  }

  add(doubt: Omit<Doubt, 'run'>): void {
    this.#sink.doubt(doubt);
  }

  /** For doubts of which the first occurrence says all. */
  once(code: DoubtCode, thread: Thread, at: Nanos, text: string, address: string | null = null): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.add({ code, address, pid: thread.process.pid, at, text });
  }

  loss(at: Nanos): void {
    this.#lastLossAt = at;
  }

  /** No loss so far lies at or after that moment. */
  isIntactSince(at: Nanos): boolean {
    return this.#lastLossAt === null || this.#lastLossAt < at;
  }

  namespaceChanged(thread: Thread, at: Nanos): void {
    const text = 'the program changed its namespace: ports there are not those of the run';
    this.once('namespace-changed', thread, at, text);
  }

  blindSpot(thread: Thread, name: CallName, at: Nanos): void {
    this.once('blind-spot', thread, at, `${name} moves descriptors in ways that this trace does not show`);
  }

  unreadable(thread: Thread, at: Nanos, what: string): void {
    this.loss(at);
    const text = `the tracer could not read ${what}`;
    this.add({ code: 'probe-error', address: null, pid: thread.process.pid, at, text });
  }
}
