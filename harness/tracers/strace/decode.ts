/** A log of strace to events: streaming, pure and total. Whatever the bytes are, it does not throw. */
import type { LossReason, TraceEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { createPairing } from '../pairing.ts';
import type { Item } from './item.ts';
import { isFork } from './item.ts';
import { Kinship } from './kinship.ts';
import { LineReader } from './line-reader.ts';
import type { LineReaderOptions, LogStyle } from './line-reader.ts';

export async function* decode(
  raw: AsyncIterable<Uint8Array>,
  calls: LineReaderOptions['calls'],
): AsyncGenerator<readonly TraceEvent[]> {
  const decoder = createDecoder(calls);
  for await (const chunk of raw) {
    const events = decoder.push(chunk);
    if (events.length > 0) yield events;
  }
  const events = decoder.end();
  if (events.length > 0) yield events;
}

export interface Decoder {
  push(chunk: Uint8Array): readonly TraceEvent[];
  /** To be called once, at the end of the log. */
  end(): readonly TraceEvent[];
  /** Of what was read so far. */
  readonly style: Readonly<LogStyle>;
}

/** @param calls `asked`: our own trace; `any`: a log that somebody else made */
export function createDecoder(calls: LineReaderOptions['calls']): Decoder {
  const events = createEventQueue(calls);
  let clones = 0;
  const reader = new LineReader({ calls, thread: null, origin: null }, (item) => {
    if (hasMadeThread(item)) clones++;
    events.push(item);
  });
  const splitter = createLineSplitter(
    (bytes, start, end) => reader.read(latin1(bytes, start, end)),
    longestLine,
  );
  return {
    style: reader.style,
    push(chunk) {
      splitter.push(chunk);
      return events.take();
    },
    end() {
      splitter.end((bytes, start, end) => reader.end(latin1(bytes, start, end)));
      reader.end('');
      const { at, style } = reader;
      if (clones > 0 && style.threads === 'none') {
        events.push(
          lossAnywhere(at, 'not-followed', 'strace ran without -f: only the first thread is in the log'),
        );
      }
      return events.end(at);
    },
  };
}

export interface EventQueue {
  push(item: Item): void;
  /** The events since the last time. */
  take(): readonly TraceEvent[];
  /** @param at the time of the last line */
  end(at: Nanos): readonly TraceEvent[];
}

/** Items in time order to events: each gets its process, and what lacks its counterpart is a loss. */
export function createEventQueue(calls: LineReaderOptions['calls']): EventQueue {
  let ready: TraceEvent[] = [];
  let isEmpty = true;
  const pair = createPairing((paired) => ready.push(paired));
  const kinship = new Kinship(pair);
  return {
    push(item) {
      if (item.kind !== 'loss') isEmpty = false;
      kinship.push(item);
    },
    take() {
      const taken = ready;
      ready = [];
      return taken;
    },
    end(at) {
      const alive = kinship.end();
      // -qq leaves out the lines that tell of the end of a process; our own traces have them.
      const isCut = calls === 'asked' ? alive.length > 0 : alive.includes('running');
      if (isEmpty) kinship.push(lossAnywhere(at, 'truncated', 'the log holds no system call'));
      else if (isCut) {
        kinship.push(lossAnywhere(at, 'truncated', 'the log ends before the programs in it do'));
      }
      return this.take();
    },
  };
}

export function lossAnywhere(at: Nanos, reason: LossReason, text: string): Item {
  return { kind: 'loss', at, tid: null, extent: 'anywhere', reason, text };
}

export function hasMadeThread(item: Item): boolean {
  return item.kind === 'return' && isFork(item.name) && item.result.ok && item.result.value > 0;
}

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** A write(2) with all of its data (-s) makes a long line. What is longer is no log. */
export const longestLine = 1 << 20;
