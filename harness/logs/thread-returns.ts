/**
 * When the calls of one thread's log (`strace -ff` without -T) came back at the latest: when its next line begins.
 * That bound is written behind the call as -T would have written its duration, in bytes, before the decoder reads
 * them: the decoder knows only the next line that matters to it, and that can be far away.
 */
import { createLineSplitter } from '../tracers/line-splitter.ts';
import type { Stamp } from '../tracers/strace/clock.ts';
import { longestLine } from '../tracers/strace/decode.ts';
import { readBody, readHead } from '../tracers/strace/line.ts';

export async function* withLatestReturns(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const lines = createLineBuffer();
  for await (const chunk of raw) {
    lines.push(chunk);
    yield lines.take();
  }
  lines.end();
  yield lines.take();
}

/** Holds back every call until the line behind it. */
function createLineBuffer() {
  let ready: Buffer[] = [];
  let held: { readonly line: Buffer; readonly stamp: Stamp } | null = null;

  function release(next: Stamp | null): void {
    if (held === null) return;
    const { line, stamp } = held;
    const tookNs = next === null ? -1 : latest(stamp, next);
    ready.push(line, Buffer.from(tookNs < 0 ? '\n' : ` <${seconds(tookNs)}>\n`));
    held = null;
  }

  function read(bytes: Uint8Array, start: number, end: number): void {
    // A copy: the bytes are valid only during the call.
    const line = Buffer.from(bytes.subarray(start, end));
    const text = line.toString('latin1');
    const { stamp, end: headEnd } = readHead(text);
    release(stamp);
    const body = stamp === null ? null : readBody(text, headEnd);
    if (stamp !== null && body?.kind === 'call' && body.form !== 'unfinished') held = { line, stamp };
    else ready.push(line, newline);
  }

  const splitter = createLineSplitter(read, longestLine);
  return {
    push: (chunk: Uint8Array): void => splitter.push(chunk),
    /** What stands behind the last newline stays without one. */
    end(): void {
      splitter.end((bytes, start, end) => {
        const rest = Buffer.from(bytes.subarray(start, end));
        release(readHead(rest.toString('latin1')).stamp);
        ready.push(rest);
      });
      release(null);
    },
    take(): Buffer {
      const taken = Buffer.concat(ready);
      ready = [];
      return taken;
    },
  };
}

/** Negative where the clock was set back. */
function latest(stamp: Stamp, next: Stamp): number {
  const ns = (next.seconds - stamp.seconds) * secondNs + next.fractionNs - stamp.fractionNs;
  return ns < 0 && stamp.kind === 'day' ? ns + dayNs : ns;
}

function seconds(ns: number): string {
  const whole = Math.floor(ns / secondNs);
  return `${whole}.${String(Math.round(ns - whole * secondNs)).padStart(9, '0')}`;
}

const newline = Buffer.from('\n');
const secondNs = 1_000_000_000;
const dayNs = 86_400 * secondNs;
