/** What occurs in the files of a `strace -ff` set, noted while somebody else reads them. */
import { createLineSplitter } from '../tracers/line-splitter.ts';
import type { Stamp } from '../tracers/strace/clock.ts';
import { readBody, readHead } from '../tracers/strace/line.ts';

export interface StraceSurvey {
  stamps: Stamp['kind'] | 'none';
  wholeSeconds: boolean;
  /** -T was given. */
  durations: boolean;
  readonly calls: Set<string>;
}

export function straceSurvey(): {
  readonly seen: Readonly<StraceSurvey>;
  watch(raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
} {
  const seen: StraceSurvey = { stamps: 'none', wholeSeconds: false, durations: false, calls: new Set() };

  function look(line: string): void {
    const { stamp, end } = readHead(line);
    const body = readBody(line, end);
    if (body?.kind !== 'call') return;
    if (seen.calls.size < callsKept) seen.calls.add(body.name);
    if (durationPattern.test(line.slice(-longestDuration))) seen.durations = true;
    if (stamp === null) return;
    seen.stamps = stamp.kind;
    if (stamp.isWhole) seen.wholeSeconds = true;
  }

  async function* watch(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const splitter = createLineSplitter((bytes, start, end) =>
      look(latin1.decode(bytes.subarray(start, end))),
    );
    for await (const chunk of raw) {
      splitter.push(chunk);
      yield chunk;
    }
  }

  return { seen, watch };
}

const latin1 = new TextDecoder('latin1');
const callsKept = 500;
const durationPattern = /<\d{1,9}\.\d{1,9}>$/;
const longestDuration = 30;
