/** close, close_range, dup2, dup3 and exec: the calls that take descriptors away, once they have answered. */
import type { CallName, ReturnEvent } from '../trace/event.ts';
import type { Nanos } from '../trace/ids.ts';
import type { InFlight, Thread } from './process-table.ts';
import type { Reference } from './reference.ts';
import type { RunBooks } from './run-books.ts';

/** close and close_range: they emptied their slots when they were entered. */
export function closeReturned(books: RunBooks, thread: Thread, inFlight: InFlight, event: ReturnEvent): void {
  // Linux closes the descriptor whatever close(2) answers, except for EBADF: then it was gone before.
  const { result } = event;
  const failed = !result.ok && (event.name !== 'close' || result.errno === 'EBADF');
  if (inFlight.closing !== null) thread.table.endClosing(inFlight.closing);
  for (const reference of inFlight.taken) {
    if (!failed) books.taken(thread, reference, event);
    else if (event.name === 'close') wasNotOpen(books, thread, reference, event.at);
    else putBack(books, thread, reference, inFlight, event.at);
  }
}

/**
 * dup2 and dup3: the slot is never empty, the new file takes the place of the old one.
 * @returns whether nobody else closed the number meanwhile: then it certainly names the new file
 */
export function replaceReturned(
  books: RunBooks,
  thread: Thread,
  inFlight: InFlight,
  event: ReturnEvent,
): boolean {
  const left = inFlight.taken.filter((reference) => thread.table.has(reference));
  for (const reference of left) {
    if (event.result.ok) thread.table.remove(reference, event.at);
    else cancel(reference, inFlight.enteredAt);
  }
  if (event.result.ok) for (const reference of left) books.taken(thread, reference, event);
  return left.length === inFlight.taken.length;
}

/** exec, after the other threads are gone and the table is shared with nobody. */
export function execReturned(
  books: RunBooks,
  thread: Thread,
  call: CallName,
  enteredAt: Nanos,
  event: ReturnEvent,
): void {
  for (const reference of thread.table.all()) {
    if (!reference.closeOnExec) continue;
    thread.table.remove(reference, event.at);
    reference.beginRelease({ tid: thread.tid, call }, enteredAt);
    reference.releaseReturned(event.at);
    books.dropped(thread, reference, event.at);
  }
}

export function execFailed(thread: Thread, inFlight: InFlight): void {
  for (const reference of inFlight.taken) if (thread.table.has(reference)) reference.cancelRelease();
}

function wasNotOpen(books: RunBooks, thread: Thread, reference: Reference, at: Nanos): void {
  if (reference.sure) {
    const text = `close(${reference.fd}) says that the descriptor was not open`;
    const { address } = reference.socket;
    books.doubts.add({ code: 'contradiction', address, pid: thread.process.pid, at, text });
  }
  reference.neverWas();
  books.gone(reference, at);
}

function putBack(books: RunBooks, thread: Thread, reference: Reference, inFlight: InFlight, at: Nanos): void {
  if (thread.table.putBack(reference)) return cancel(reference, inFlight.enteredAt);
  reference.sure = false;
  books.gone(reference, at);
}

function cancel(reference: Reference, enteredAt: Nanos): void {
  reference.cancelRelease();
  if (reference.socket.firstCloseAt === enteredAt) reference.socket.firstCloseAt = null;
}
