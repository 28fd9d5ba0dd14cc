/** The first few of many values that come in any order, in bounded memory. */
export class FirstOf<T> {
  readonly #most: number;
  readonly #compare: (a: T, b: T) => number;
  readonly #values: T[] = [];

  /** @param compare a total order: values that it takes for equal may be kept in any order */
  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(value: T): void {
    const last = this.#values.at(-1);
    if (this.#values.length === this.#most && last !== undefined && this.#compare(value, last) >= 0) return;
    const place = this.#values.findIndex((kept) => this.#compare(value, kept) < 0);
    this.#values.splice(place === -1 ? this.#values.length : place, 0, value);
    if (this.#values.length > this.#most) this.#values.pop();
  }

  /** In order. */
  get values(): readonly T[] {
    return this.#values;
  }
}
