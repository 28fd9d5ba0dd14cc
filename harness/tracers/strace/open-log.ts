/** The log of one thread while it is read: one chunk ahead, no more. */
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { createLineSplitter } from '../line-splitter.ts';
import type { Stamp } from './clock.ts';
import { latin1, longestLine } from './decode.ts';
import type { Stream } from './earliest-first.ts';
import type { Item } from './item.ts';
import { readHead } from './line.ts';
import { LineReader } from './line-reader.ts';
import type { LogStyle } from './line-reader.ts';

export interface ThreadLog {
  /** The number at the end of the file's name. */
  readonly thread: number;
  readonly raw: AsyncIterable<Uint8Array>;
}

export class OpenLog implements Stream {
  readonly thread: number;
  readonly firstStamp: Stamp | null;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #head: readonly Uint8Array[];
  #items: Item[] = [];
  #taken = 0;
  #reader: LineReader | null = null;
  #splitter: ReturnType<typeof createLineSplitter> | null = null;
  #isAtEnd = false;
  /** No item of this log may come before. */
  #floor: Nanos = nanos(0);

  private constructor(
    thread: number,
    chunks: AsyncIterator<Uint8Array>,
    head: readonly Uint8Array[],
    first: Stamp | null,
  ) {
    this.thread = thread;
    this.#chunks = chunks;
    this.#head = head;
    this.firstStamp = first;
  }

  /** Reads up to the first line that has a time stamp. */
  static async open({ thread, raw }: ThreadLog): Promise<OpenLog> {
    const chunks = raw[Symbol.asyncIterator]();
    const head: Uint8Array[] = [];
    const stamps: Stamp[] = [];
    let length = 0;
    const splitter = createLineSplitter((bytes, start, end) => {
      const { stamp } = readHead(latin1(bytes, start, Math.min(end, start + longestHead)));
      if (stamp !== null) stamps.push(stamp);
    });
    while (stamps.length === 0 && length < longestSearch) {
      const next = await chunks.next();
      if (next.done === true) break;
      head.push(next.value);
      length += next.value.length;
      splitter.push(next.value);
    }
    return new OpenLog(thread, chunks, head, stamps[0] ?? null);
  }

  async start(origin: Stamp | null): Promise<void> {
    const reader = new LineReader({ calls: 'any', thread: this.thread, origin }, (item) =>
      this.#items.push(item),
    );
    this.#reader = reader;
    this.#splitter = createLineSplitter(
      (bytes, start, end) => reader.read(latin1(bytes, start, end)),
      longestLine,
    );
    for (const chunk of this.#head) this.#splitter.push(chunk);
    await this.fill();
  }

  get style(): LogStyle {
    if (this.#reader === null) throw new Error('not started');
    return this.#reader.style;
  }

  get order(): number {
    return this.thread;
  }

  /** When the next item is; null: there is none. */
  get next(): Nanos | null {
    const item = this.#items[this.#taken];
    const after = this.#items[this.#taken + 1];
    if (item === undefined) return null;
    const at = isOpenEnded(item) && after !== undefined ? after.at : item.at;
    return at > this.#floor ? at : this.#floor;
  }

  /** To be called only where there is a next one. */
  take(): Item {
    const at = this.next;
    const item = this.#items[this.#taken++];
    if (item === undefined || at === null) throw new RangeError('this log is at its end');
    this.#floor = at;
    return { ...item, at };
  }

  /** When an untimed answer came is only bounded by the next item: `next` is right while there are two, or no more. */
  get isShort(): boolean {
    return this.#items.length - this.#taken < 2 && !this.#isAtEnd;
  }

  async fill(): Promise<void> {
    while (this.isShort) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
      const next = await this.#chunks.next();
      if (next.done === true) {
        this.#isAtEnd = true;
        this.#splitter?.end((bytes, start, end) => this.#reader?.end(latin1(bytes, start, end)));
        this.#reader?.end('');
      } else this.#splitter?.push(next.value);
    }
  }
}

/** A call came back at some time before its thread's next line. */
function isOpenEnded(item: Item): boolean {
  return item.kind === 'return' && !item.isTimed;
}

/** Where stamps stand in a line. */
const longestHead = 200;
const longestSearch = 1 << 16;
