/**
 * Checks, on events in time order, that every return has its entry and the reverse: a lost line shows
 * here even where nothing else tells of it. A call in flight when its thread or the trace ends is none.
 */
import type { CallName, LossEvent, TraceEvent } from '../../src/trace/event.ts';
import type { Nanos, Pid, Tid } from '../../src/trace/ids.ts';

/** execve made the thread `from` the first one of its process: it is known as `tid` from here on. */
export interface Renamed {
  readonly kind: 'renamed';
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly from: Tid;
}

/** Keeps the calls in flight; hands on each event, with a loss before it where one must be missing. */
export function createPairing(emit: (event: TraceEvent) => void): (event: TraceEvent | Renamed) => void {
  // Null between two calls: a Map is made anew, of memory that lasts, whenever its last entry is deleted (V8 of Node 20).
  const inFlight = new Map<Tid, CallName | null>();
  return (event) => {
    switch (event.kind) {
      case 'enter': {
        const before = inFlight.get(event.tid) ?? null;
        if (before !== null) emit(unpaired(event, `${before} has no return`));
        inFlight.set(event.tid, event.call.name);
        break;
      }
      case 'return':
        if (inFlight.get(event.tid) !== event.name) emit(unpaired(event, `${event.name} has no entry`));
        inFlight.set(event.tid, null);
        break;
      case 'exit':
        inFlight.delete(event.tid);
        break;
      case 'renamed': {
        const call = inFlight.get(event.from);
        inFlight.delete(event.from);
        if (call !== undefined) inFlight.set(event.tid, call);
        return;
      }
      case 'fork':
      case 'mark':
      case 'release':
      case 'loss':
    }
    emit(event);
  };
}

function unpaired(event: { readonly at: Nanos; readonly pid: Pid }, text: string): LossEvent {
  const { at, pid } = event;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unpaired', count: 1, text };
}
