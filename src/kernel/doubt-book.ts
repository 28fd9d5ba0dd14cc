import type { CallName } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { Doubt, DoubtCode } from '../verdict/doubt.ts';
import type { LedgerSink } from './ledger.ts';
import type { Thread } from './process-table.ts';

/** Losses and doubts of one run, and whether a stretch of it is intact. */
export class DoubtBook {
  readonly #sink: LedgerSink;
  readonly #told = new Set<DoubtCode>();
  #lastLossAt = -Infinity;
  #isCut = false;
  #mayHideAnything = false;

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
    this.#lastLossAt = Math.max(this.#lastLossAt, at);
  }

  /** From here on the books may be wrong about who shares what: nothing is proven by later events either. */
  lossForGood(): void {
    this.#lastLossAt = Infinity;
  }

  /** The trace ends before the run does. */
  cut(): void {
    this.#isCut = true;
  }

  /** No loss so far lies at or after that moment. */
  isIntactSince(at: Nanos): boolean {
    return this.#lastLossAt < at;
  }

  /** Nothing at all is missing so far: only then is the absence of a mark a fact. */
  get isWhole(): boolean {
    return this.#lastLossAt === -Infinity && !this.#isCut;
  }

  unknownSharing(thread: Thread, at: Nanos): void {
    this.lossForGood();
    const text =
      'a child appeared without the call that made it: what it shares with its parent is not known';
    this.add({ code: 'unpaired', address: null, pid: thread.process.pid, at, text });
  }

  namespaceChanged(thread: Thread, at: Nanos): void {
    const text = 'the program changed its namespace: ports there are not those of the run';
    this.once('namespace-changed', thread, at, text);
  }

  /** Any socket may be held or changed, or any address bound, in ways that the trace does not show. */
  get mayHideAnything(): boolean {
    return this.#mayHideAnything;
  }

  /** @param hidden `some`: only sockets that are marked as hidden (message.ts) */
  blindSpot(thread: Thread, name: CallName, at: Nanos, hidden: 'anything' | 'some' = 'anything'): void {
    if (hidden === 'anything') this.#mayHideAnything = true;
    this.once(
      'blind-spot',
      thread,
      at,
      `${name} may hold or move descriptors in ways that this trace does not show`,
    );
  }

  unknownDescriptor(thread: Thread, fd: Fd, at: Nanos): void {
    this.#mayHideAnything = true;
    const text = `bind of descriptor ${fd}, which was not seen to be opened`;
    this.add({ code: 'unknown-descriptor', address: null, pid: thread.process.pid, at, text });
  }

  unreadable(thread: Thread, at: Nanos, what: string): void {
    this.loss(at);
    const text = `the tracer could not read ${what}`;
    this.add({ code: 'probe-error', address: null, pid: thread.process.pid, at, text });
  }
}
