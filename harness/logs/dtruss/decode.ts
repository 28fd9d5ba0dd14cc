/**
 * A log of dtruss to events: streaming, pure and total. A line tells a call when it is over, so it gives its entry
 * and its return next to each other. Times are places in the log, not moments: RELATIVE is dtrace's vtimestamp, the
 * time that the printing thread has spent on a processor, which orders nothing between threads and can not be set
 * off against ELAPSD, a time by the clock (the article's own log has a call of 4 us that came back 2 us after the
 * one before it). dtrace prints one processor's buffer after the other, so even the order of the lines is rough.
 */
import type { Call, LossEvent, LossReason, TraceEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';
import { createLineSplitter } from '../../tracers/line-splitter.ts';
import { plainName } from '../../tracers/dtrace/darwin-calls.ts';
import { enterDtruss } from './calls.ts';
import { readDtrussHeader, readDtrussLine, type DtrussColumns, type DtrussLine } from './line.ts';

/** What stands in the log at all; complete when the decoder has come to its end. */
export interface DtrussStyle {
  readonly columns: DtrussColumns | null;
  /** Lines name their process and thread. */
  readonly ids: boolean;
  /** Names without `_nocancel`; the first few hundred. */
  readonly calls: ReadonlySet<string>;
  readonly lines: number;
}

export interface DtrussDecoder {
  push(chunk: Uint8Array): readonly TraceEvent[];
  /** To be called once, at the end of the log. */
  end(): readonly TraceEvent[];
  readonly style: DtrussStyle;
}

export function createDtrussDecoder(): DtrussDecoder {
  const calls = new Set<string>();
  const children = new Set<number>();
  const seen = new Set<number>();
  let columns: DtrussColumns | null = null;
  let ids = false;
  let lines = 0;
  let place = 0;
  let events: TraceEvent[] = [];

  const next = (): Nanos => nanos(++place);

  function readLine(bytes: Uint8Array, start: number, end: number): void {
    lines++;
    const text = latin1.decode(bytes.subarray(start, end));
    const line = readDtrussLine(text);
    if (line !== null) readCall(line);
    else if (text.startsWith('dtrace: ')) readMessage(text);
    else if (watchedCall.test(text)) {
      lose('unparsed', 'moment', `no rule fits the line: ${text.slice(0, longestExcerpt)}`);
    } else columns ??= readDtrussHeader(text);
  }

  function readCall(line: DtrussLine): void {
    if (calls.size < callsKept) calls.add(plainName(line.name));
    if (line.pid !== null) ids = true;
    const ownPid = line.pid ?? 0;
    const mark = markOf(line);
    const who = { pid: pid(ownPid), tid: tid(line.tid ?? ownPid) };
    if (mark !== null) events.push({ kind: 'mark', at: next(), ...who, text: mark });
    const call = mark === null ? enterDtruss(line.name, line.given) : undefined;
    if (call === undefined) return;
    if (isBroken(call)) return lose('unparsed', 'moment', `${line.name} has no readable descriptor`, ownPid);
    const isChildsReturn = (call.name === 'fork' || call.name === 'vfork') && returned(line) === 0;
    // A child's first line is its own return from fork, which it never entered.
    if (!isChildsReturn) pushCall(call, line, who);
    seen.add(ownPid);
  }

  function pushCall(
    call: Call,
    line: DtrussLine,
    who: Pick<TraceEvent & { kind: 'enter' }, 'pid' | 'tid'>,
  ): void {
    events.push({ kind: 'enter', at: next(), ...who, call });
    const child = call.name === 'fork' || call.name === 'vfork' ? returned(line) : 0;
    if (child > 0 && !seen.has(child) && !children.has(child)) {
      children.add(child);
      const born = { pid: pid(child), tid: tid(child) };
      events.push({ kind: 'fork', at: next(), ...born, parent: who.pid, parentTid: who.tid });
    }
    events.push({ kind: 'return', at: next(), ...who, name: call.name, result: line.result });
  }

  function readMessage(text: string): void {
    const drops = /^dtrace: (\d{1,9}) .*\bdrops?\b/.exec(text);
    const shown = text.slice(0, longestExcerpt);
    if (drops !== null) lose('dropped', 'anywhere', shown, null, Number(drops[1]));
    else if (text.startsWith('dtrace: error on enabled probe')) lose('probe-error', 'anywhere', shown);
  }

  function lose(
    reason: LossReason,
    extent: LossEvent['extent'],
    text: string,
    ownPid: number | null = null,
    count = 1,
  ): void {
    const concerned = ownPid === null ? null : pid(ownPid);
    events.push({ kind: 'loss', at: next(), pid: concerned, extent, reason, count, text });
  }

  const splitter = createLineSplitter(readLine);
  const handOver = (): readonly TraceEvent[] => {
    const ready = events;
    events = [];
    return ready;
  };

  return {
    push(chunk) {
      splitter.push(chunk);
      return handOver();
    },
    end() {
      splitter.end(readLine);
      return handOver();
    },
    get style() {
      return { columns, ids, calls, lines };
    },
  };
}

function returned({ result }: DtrussLine): number {
  return result.ok ? result.value : -1;
}

function isBroken(call: Call): boolean {
  return ('fd' in call && Number.isNaN(call.fd)) || ('to' in call && Number.isNaN(call.to));
}

/** dtruss writes the zero byte behind a text as well. */
function markOf({ name, given }: DtrussLine): string | null {
  if (name !== 'access') return null;
  return /^"\/@afterclose\/(.*?)(?:\\0)?"$/.exec(given[0] ?? '')?.[1] ?? null;
}

const latin1 = new TextDecoder('latin1');
const callsKept = 400;
const longestExcerpt = 200;
/** What a line without a readable end may have been: one of the calls that would have mattered. */
const watchedCall =
  /(?:^|[\s:])(?:socket|bind|listen|close|dup2?|fcntl|setsockopt|recv(?:from|msg)|send(?:to|msg))(?:_nocancel|\$NOCANCEL)?\(0x/;
