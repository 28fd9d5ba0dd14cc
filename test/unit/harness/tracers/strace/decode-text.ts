/** Logs written down in tests, as events. */
import { createDecoder } from '../../../../../harness/tracers/strace/decode.ts';
import { decodeThreadLogs } from '../../../../../harness/tracers/strace/thread-logs.ts';
import type { LossEvent, TraceEvent } from '../../../../../src/trace/event.ts';

/** @param lines the last one gets its newline too */
export function decodeLines(lines: readonly string[], calls: 'asked' | 'any' = 'any'): TraceEvent[] {
  const decoder = createDecoder(calls);
  return [...decoder.push(Buffer.from(`${lines.join('\n')}\n`, 'latin1')), ...decoder.end()];
}

/** @param logs by thread */
export async function decodeFiles(logs: Readonly<Record<number, readonly string[]>>): Promise<TraceEvent[]> {
  const opened = Object.entries(logs).map(([thread, lines]) => ({
    thread: Number(thread),
    raw: bytes(`${lines.join('\n')}\n`),
  }));
  const events: TraceEvent[] = [];
  for await (const batch of decodeThreadLogs(opened)) events.push(...batch);
  return events;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'latin1');
}

export const lossesIn = (events: readonly TraceEvent[]): LossEvent[] =>
  events.filter((event) => event.kind === 'loss');

/** `100/101 enter close`, one for each event: who, and what in one word or two. */
export function told(events: readonly TraceEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === 'loss') return `loss ${event.reason}`;
    const who = `${event.pid}/${event.tid}`;
    switch (event.kind) {
      case 'enter':
        return `${who} enter ${event.call.name}`;
      case 'return':
        return `${who} return ${event.name} ${event.result.ok ? event.result.value : event.result.errno}`;
      case 'fork':
        return `${who} fork of ${event.parent}/${event.parentTid ?? '?'}`;
      case 'exit':
        return `${who} exit${event.last ? ' last' : ''}`;
      case 'mark':
        return `${who} mark ${event.text}`;
      case 'release':
        return `${who} release of ${event.inode ?? '?'}`;
    }
  });
}
