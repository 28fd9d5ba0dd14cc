/** First in, first out: where records lie, and when. In arrays that are made once, since hundreds of thousands wait. */
import type { Piece } from './record-cursor.ts';

export class RecordQueue {
  #times = new Float64Array(initialCapacity);
  #starts = new Uint32Array(initialCapacity);
  #pieces: (Piece | null)[] = new Array<Piece | null>(initialCapacity).fill(null);
  /** Counted from the beginning: a place is what is left of it in the arrays. */
  #first = 0;
  #end = 0;

  /** Of the first one; Infinity where there is none. */
  get at(): number {
    return this.#first === this.#end ? Infinity : (this.#times[this.#placeOf(this.#first)] ?? Infinity);
  }

  push(piece: Piece, start: number, at: number): void {
    if (this.#end - this.#first === this.#times.length) this.#grow();
    const place = this.#placeOf(this.#end++);
    this.#times[place] = at;
    this.#starts[place] = start;
    this.#pieces[place] = piece;
  }

  /** Takes the first one, if there is one. */
  shift(use: (piece: Piece, start: number, at: number) => void): void {
    const place = this.#placeOf(this.#first);
    const piece = this.#pieces[place] ?? null;
    if (piece === null) return;
    this.#first++;
    this.#pieces[place] = null;
    use(piece, this.#starts[place] ?? 0, this.#times[place] ?? 0);
  }

  /** The capacity is a power of two. */
  #placeOf(index: number): number {
    return index & (this.#times.length - 1);
  }

  #grow(): void {
    const [times, starts, pieces] = [this.#times, this.#starts, this.#pieces];
    const { length } = times;
    this.#times = new Float64Array(2 * length);
    this.#starts = new Uint32Array(2 * length);
    this.#pieces = new Array<Piece | null>(2 * length).fill(null);
    for (let index = this.#first; index < this.#end; index++) {
      const from = index & (length - 1);
      const to = this.#placeOf(index);
      this.#times[to] = times[from] ?? 0;
      this.#starts[to] = starts[from] ?? 0;
      this.#pieces[to] = pieces[from] ?? null;
    }
  }
}

const initialCapacity = 1 << 12;
