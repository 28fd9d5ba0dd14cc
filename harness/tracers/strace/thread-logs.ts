/**
 * The logs of `strace -ff -o NAME`, one file for each thread, to one stream of events: merged by their time stamps,
 * since nothing else tells the order of different threads.
 */
import type { TraceEvent } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { earliest } from './clock.ts';
import { createEventQueue, hasMadeThread, lossAnywhere } from './decode.ts';
import { EarliestFirst } from './earliest-first.ts';
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
  const queue = new EarliestFirst(opened);
  for (let log = queue.first; log !== undefined; log = queue.first) {
    const item = log.take();
    if (log.isShort) {
      yield events.take();
      await log.fill();
    }
    queue.update();
    at = item.at;
    if (item.kind === 'return' && item.result.ok && hasMadeThread(item)) made.add(item.result.value);
    events.push(item);
  }
  const missing = [...made].filter((thread) => !logs.some((log) => log.thread === thread));
  if (missing.length > 0) {
    const text = `the log of ${missing.length === 1 ? 'thread' : 'threads'} ${missing.slice(0, 10).join(', ')} is not here`;
    events.push(lossAnywhere(at, 'not-followed', text));
  }
  yield events.end(at);
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
