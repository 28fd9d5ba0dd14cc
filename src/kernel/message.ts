/** Descriptors under way in messages (SCM_RIGHTS): which ones no trace of calls tells. */
import type { ReturnEvent } from '../trace/event.ts';
import type { Nanos } from '../trace/ids.ts';
import type { Thread } from './process-table.ts';
import { Reference } from './reference.ts';
import type { RunBooks } from './run-books.ts';

/**
 * Any socket in the sender's table may be in the message, and live on in it or with whoever receives it. Where
 * the tracer tells identities, its release will tell when that is over, and a call on the received descriptor
 * where it went. Otherwise the trace does not show it, nor what is done to the socket there.
 */
export function descriptorsPassed(books: RunBooks, thread: Thread, event: ReturnEvent): void {
  if (!books.tellsIdentity) books.doubts.blindSpot(thread, event.name, event.at, 'some');
  const { pid } = thread.process;
  for (const { socket, fd } of thread.table.all()) {
    if (!books.tellsIdentity) socket.isHidden = true;
    const reference = new Reference(socket, {
      kind: 'descriptor',
      pid,
      tid: thread.tid,
      fd,
      call: null,
      origin: 'received',
      openedAt: event.at,
      sure: false,
    });
    books.add(thread, reference);
    books.underWay.add(reference);
  }
}

/** At the end of the run: of what was not seen to be released, nobody knows where it went. */
export function messagesEnd(books: RunBooks, at: Nanos): void {
  for (const reference of books.underWay) {
    if (reference.isGone) continue;
    const { pid, socket } = reference;
    books.gone(reference, at);
    // That of the others is told already.
    if (!books.tellsIdentity) continue;
    const text = `a message may have carried socket ${socket.number}, and the trace does not show where to`;
    books.doubts.add({ code: 'blind-spot', address: socket.address, pid, at, text });
  }
}
