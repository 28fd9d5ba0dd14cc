/** A binary heap: which of many streams has the next item. A program can have thousands of threads, each with its log. */

export interface Stream {
  /** When its next item is; null: it has none, and will have none. */
  readonly next: number | null;
  /** Which goes first where two are equal. */
  readonly order: number;
}

export class EarliestFirst<Item extends Stream> {
  readonly #heap: Item[] = [];

  constructor(streams: readonly Item[]) {
    for (const stream of streams) if (stream.next !== null) this.#heap.push(stream);
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The one with the earliest item; undefined where all are at their end. */
  get first(): Item | undefined {
    return this.#heap[0];
  }

  /** To be called when an item was taken from the first one. */
  update(): void {
    const last = this.#heap.at(-1);
    if (last === undefined) return;
    if (this.#heap[0]?.next === null) {
      this.#heap[0] = last;
      this.#heap.pop();
    }
    this.#sink(0);
  }

  #sink(start: number): void {
    for (let at = start; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (this.#isBefore(child, least)) least = child;
      if (least === at) return;
      const [one, other] = [this.#heap[at], this.#heap[least]];
      if (one === undefined || other === undefined) return;
      this.#heap[at] = other;
      this.#heap[least] = one;
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.next === b.next ? a.order < b.order : (a.next ?? 0) < (b.next ?? 0);
  }
}
