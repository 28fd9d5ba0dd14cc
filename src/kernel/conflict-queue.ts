import type { FailedBind } from './ledger.ts';
import type { Reference } from './reference.ts';

interface Waiting {
  readonly make: () => FailedBind;
  unresolved: number;
}

/**
 * Failed binds wait here until it is known what became of every reference that held the address (its close
 * came later, was in flight, or never came). At most `waitingKept` wait: the first ones are told in full,
 * later ones are handed over with what is known at once, so that a holder that never lets go costs no memory.
 */
export class ConflictQueue {
  readonly #byReference = new Map<Reference, Waiting[]>();
  readonly #waiting = new Set<Waiting>();
  readonly #handOver: (bind: FailedBind) => void;

  constructor(handOver: (bind: FailedBind) => void) {
    this.#handOver = handOver;
  }

  add(references: readonly Reference[], make: () => FailedBind): void {
    const open = references.filter((reference) => !reference.isGone);
    if (open.length === 0 || this.#waiting.size >= waitingKept) return this.#handOver(make());
    const waiting: Waiting = { make, unresolved: open.length };
    this.#waiting.add(waiting);
    for (const reference of open) {
      const list = this.#byReference.get(reference);
      if (list === undefined) this.#byReference.set(reference, [waiting]);
      else list.push(waiting);
    }
  }

  gone(reference: Reference): void {
    const list = this.#byReference.get(reference);
    if (list === undefined) return;
    this.#byReference.delete(reference);
    for (const waiting of list) {
      waiting.unresolved--;
      if (waiting.unresolved > 0) continue;
      this.#waiting.delete(waiting);
      this.#handOver(waiting.make());
    }
  }

  /** Nothing more will become known: a failed bind that still waits is told as it is. */
  end(): void {
    const left = [...this.#waiting];
    this.#waiting.clear();
    this.#byReference.clear();
    for (const { make } of left) this.#handOver(make());
  }
}

const waitingKept = 256;
