/** The lines of one log to items, in their order. Total: a line that no rule fits is a loss. */
import type { LossReason } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { splitArguments } from './arguments.ts';
import { passesDescriptors, readEntry, readReply, readWhole } from './call-line.ts';
import type { Reply } from './call-line.ts';
import { assumedAcceptFlags, callShape, markCalls } from './calls.ts';
import type { CallShape } from './calls.ts';
import { createClock } from './clock.ts';
import type { Clock, Stamp } from './clock.ts';
import type { Item } from './item.ts';
import { readBody, readHead } from './line.ts';
import type { CallBody, Head, ResumedBody } from './line.ts';
import { readText } from './values.ts';

export interface LineReaderOptions {
  /** `asked`: our own trace, in which a call that was not asked for is damage; `any`: somebody's log. */
  readonly calls: 'asked' | 'any';
  /** The thread whose log this is (-ff); null: the lines say it themselves. */
  readonly thread: number | null;
  /** The first stamp of all logs that belong together; null: the first one of this log. */
  readonly origin: Stamp | null;
}

/** What the options of strace made of a log; known better with every line. */
export interface LogStyle {
  stamps: Stamp['kind'] | 'none';
  /** Stamps of whole seconds. */
  wholeSeconds: boolean;
  /** -T was given. */
  durations: boolean;
  /** `number`: `123 close(3)`, as -f -o makes it; `bracket`: `[pid 123] close(3)`. */
  threads: Head['prefix'];
  /** The names of the calls that stand in it, whether they matter or not; the first few hundred. */
  readonly calls: Set<string>;
}

export class LineReader {
  readonly style: LogStyle = {
    stamps: 'none',
    wholeSeconds: false,
    durations: false,
    threads: 'none',
    calls: new Set(),
  };
  readonly #options: LineReaderOptions;
  readonly #push: (item: Item) => void;
  readonly #clock: Clock;
  #broken = '';
  #at: Nanos = nanos(0);
  #ranBackwards = false;
  /** Threads inside a call that, as its entry shows, sends descriptors away. */
  readonly #passing = new Set<number>();

  constructor(options: LineReaderOptions, push: (item: Item) => void) {
    this.#options = options;
    this.#push = push;
    this.#clock = createClock(options.origin);
  }

  /** The time of the last line. */
  get at(): Nanos {
    return this.#at;
  }

  read(line: string): void {
    const text = this.#broken + (line.endsWith('\r') ? line.slice(0, -1) : line);
    this.#broken = '';
    const message = text.endsWith('ed') || text.endsWith(' threads') ? brokenBy.exec(text) : null;
    // Without -o strace's own messages come in the middle of a line, which goes on behind them.
    if (message !== null && text.length < longestBrokenLine) this.#broken = text.slice(0, message.index);
    else if (text !== '') this.#readLine(text);
  }

  /** @param rest what stands after the last newline */
  end(rest: string): void {
    const text = this.#broken + rest;
    this.#broken = '';
    if (text !== '') this.#lose('truncated', `the log breaks off in the line: ${excerpt(text)}`, 'anywhere');
  }

  #readLine(text: string): void {
    const head = readHead(text);
    const body = readBody(text, head.end);
    if (body === null) return this.#unparsed(text, head.tid);
    if (body.kind === 'other') return;
    this.#readTime(head.stamp);
    const tid = this.#threadOf(head);
    if (tid === null) return this.#unparsed(text, null);
    switch (body.kind) {
      case 'call':
        return this.#readCall(text, body, tid);
      case 'resumed':
        return this.#readResumed(text, body, tid);
      case 'exit':
        return this.#push({ kind: 'exit', at: this.#at, tid });
      case 'superseded':
        return this.#push({ kind: 'superseded', at: this.#at, tid, from: body.from });
    }
  }

  #readTime(stamp: Stamp | null): void {
    if (stamp !== null) {
      this.style.stamps = stamp.kind;
      this.style.wholeSeconds = stamp.isWhole;
    }
    this.#at = this.#clock.read(stamp);
    if (!this.#clock.ranBackwards || this.#ranBackwards) return;
    this.#ranBackwards = true;
    const text =
      'a line is older than the one before it: the clock was set back, or strace held lines back (-z)';
    this.#lose('unordered', text, 'anywhere');
  }

  /** Null: this line lacks the number that all the others have. */
  #threadOf({ tid, prefix }: Head): number | null {
    if (this.#options.thread !== null) return this.#options.thread;
    const { threads } = this.style;
    if (prefix === 'none') return threads === 'number' ? null : 0;
    if (prefix === 'number' && threads === 'none' && this.style.calls.size > 0) {
      this.#lose('unparsed', 'the lines before this one name no thread', 'anywhere');
    }
    this.style.threads = prefix;
    return tid;
  }

  #readCall(text: string, { name, start, form }: CallBody, tid: number): void {
    if (this.style.calls.size < callsKept) this.style.calls.add(name);
    const mark = markCalls.get(name);
    if (mark !== undefined) return this.#readMark(text, start, mark, tid);
    const shape = callShape(name);
    if (shape === undefined) {
      if (this.#isDamage(name)) this.#unparsed(text, tid);
      return;
    }
    if (form === 'unfinished') {
      const call = readEntry(text, start, shape);
      if (call === null) return this.#unparsed(text, tid);
      this.#passing.delete(tid);
      if (passesDescriptors(text, start, shape)) this.#passing.add(tid);
      return this.#push({ kind: 'enter', at: this.#at, tid, call });
    }
    const whole = readWhole(text, start, shape);
    if (whole === null) return this.#unparsed(text, tid);
    this.#push({ kind: 'enter', at: this.#at, tid, call: whole.call });
    const passes = passesDescriptors(text, start, shape);
    this.#replied(shape, { ...whole.reply, passesDescriptors: passes }, tid);
  }

  #readResumed(text: string, { name, start }: ResumedBody, tid: number): void {
    const shape = callShape(name);
    if (shape === undefined) {
      if (!markCalls.has(name) && this.#isDamage(name)) this.#unparsed(text, tid);
      return;
    }
    const reply = readReply(text, start, shape);
    if (reply === null) return this.#unparsed(text, tid);
    const passes = this.#passing.delete(tid) || passesDescriptors(text, start, shape);
    this.#replied(shape, { ...reply, tookNs: 0, passesDescriptors: passes }, tid);
    // At its entry the flags were not printed yet, and assumed.
    const isAsAssumed = reply.acceptFlags == null || (reply.acceptFlags & assumedAcceptFlags) !== 0;
    if (shape.name === 'accept4' && reply.result?.ok === true && !isAsAssumed) {
      const what = 'accept4 turned out to leave close-on-exec alone, which was assumed to be set';
      this.#push({ ...this.#moment(tid), reason: 'probe-error', text: what });
    }
  }

  #replied(shape: CallShape, reply: Reply, tid: number): void {
    const { result, tookNs, isInjected, address, cloneFlags } = reply;
    if (tookNs !== null && tookNs > 0) this.style.durations = true;
    if (isInjected) {
      const what = `strace made up the answer of ${shape.name} itself (inject)`;
      this.#push({ ...this.#moment(tid), reason: 'probe-error', text: what });
    }
    if (result === null) return;
    // Where lines have no time, the duration of one alone says nothing.
    const at = this.style.stamps === 'none' ? this.#at : nanos(this.#at + (tookNs ?? 0));
    this.#push({
      kind: 'return',
      at,
      tid,
      name: shape.name,
      result,
      isTimed: tookNs !== null,
      ...(address === undefined ? {} : { address }),
      ...(cloneFlags === undefined ? {} : { cloneFlags }),
      ...(reply.passesDescriptors === true ? { passesDescriptors: true } : {}),
    });
  }

  #readMark(text: string, start: number, index: number, tid: number): void {
    const path = readText(splitArguments(text, start)?.parts[index] ?? '');
    if (path?.startsWith(markDirectory) === true) {
      this.#push({ kind: 'mark', at: this.#at, tid, text: path.slice(markDirectory.length) });
    } else if (path === null && this.#couldBeMark(text)) this.#unparsed(text, tid);
  }

  /** A path that the kernel could not read either is none. */
  #couldBeMark(text: string): boolean {
    if (/ = -1 EFAULT \(/.test(text)) return false;
    return this.#options.calls === 'asked' || text.includes(markDirectory);
  }

  /** Calls without a name are in every log, whatever was asked for. */
  #isDamage(name: string): boolean {
    return this.#options.calls === 'asked' && !/^(?:syscall_0x[0-9a-f]+|\?{3,4})$/.test(name);
  }

  #moment(tid: number): { kind: 'loss'; at: Nanos; tid: number; extent: 'moment' } {
    return { kind: 'loss', at: this.#at, tid, extent: 'moment' };
  }

  #unparsed(text: string, tid: number | null): void {
    const own = this.#options.thread ?? tid;
    const what = `no rule fits the line: ${excerpt(text)}`;
    this.#push({ ...this.#moment(own ?? 0), tid: own, reason: 'unparsed', text: what });
  }

  #lose(reason: LossReason, text: string, extent: 'moment' | 'anywhere'): void {
    this.#push({ kind: 'loss', at: this.#at, tid: null, extent, reason, text });
  }
}

function excerpt(text: string): string {
  return text.slice(0, longestExcerpt);
}

const markDirectory = '/@afterclose/';
const brokenBy = /(?:\/[^\s"]*\/)?strace: Process \d{1,10} (?:attached(?: with \d{1,10} threads)?|detached)$/;
const longestBrokenLine = 1 << 20;
const longestExcerpt = 200;
const callsKept = 500;
