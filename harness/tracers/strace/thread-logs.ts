/**
 * The logs of `strace -ff -o NAME`, one file for each thread, to one stream of events: merged by their time stamps,
 * since nothing else tells the order of different threads.
 */
import type { TraceEvent } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { earliest } from './clock.ts';
import { createEventQueue, hasMadeThread, lossAnywhere } from './decode.ts';
import { OpenLog } from './open-log.ts';
import type { ThreadLog } from './open-log.ts';

export type { ThreadLog };

/** Never throws on bytes. Keeps one chunk of each log in memory. */
export async function* decodeThreadLogs(logs: readonly ThreadLog[]): AsyncGenerator<readonly TraceEvent[]> {
  const opened = await Promise.all(logs.map((log) => OpenLog.open(log)));
  const origin = earliest(opened.flatMap((log) => log.firstStamp ?? []));
  for (const log of opened) await log.start(origin);
  const events = createEventQueue('any');
  const made = new Set<number>();
  let at = nanos(0);
  const unordered = logs.length > 1 ? whyUnordered(opened) : null;
  if (unordered !== null) events.push(lossAnywhere(at, 'unordered', unordered));
  for (let pushed = 1; ; pushed++) {
    const log = nextOf(opened);
    if (log === null) break;
    const item = await log.take();
    at = item.at;
    if (item.kind === 'return' && item.result.ok && hasMadeThread(item)) made.add(item.result.value);
    events.push(item);
    if (pushed % batchSize === 0) yield events.take();
  }
  const missing = [...made].filter((thread) => !logs.some((log) => log.thread === thread));
  if (missing.length > 0) {
    const text = `the log of ${missing.length === 1 ? 'thread' : 'threads'} ${missing.slice(0, 10).join(', ')} is not here`;
    events.push(lossAnywhere(at, 'not-followed', text));
  }
  yield events.end(at);
}

/** Null: they are all at their end. */
function nextOf(logs: readonly OpenLog[]): OpenLog | null {
  let next: OpenLog | null = null;
  for (const log of logs) {
    if (log.next !== null && (next?.next == null || log.next < next.next)) next = log;
  }
  return next;
}

/** Null: their stamps tell the order. */
function whyUnordered(logs: readonly OpenLog[]): string | null {
  const stamps = logs.flatMap((log) => log.firstStamp ?? []);
  const why =
    stamps.length === 0
      ? 'without time stamps'
      : stamps.some(({ kind }) => kind === 'relative')
        ? 'with -r, which counts from the last line of any of them'
        : stamps.some(({ isWhole }) => isWhole)
          ? 'with stamps of whole seconds'
          : null;
  if (why === null) return null;
  return `a file for each thread ${why}: the order of different threads is not known (strace -ff -ttt -T tells it)`;
}

const batchSize = 1000;
