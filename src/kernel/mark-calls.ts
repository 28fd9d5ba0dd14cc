/** A mark about a socket, put on the books; whom it means is up to the mark book. */
import type { MarkEvent } from '../trace/event.ts';
import type { SocketMark } from './mark-book.ts';
import type { RunBooks } from './run-books.ts';

export function marked(books: RunBooks, mark: SocketMark, event: MarkEvent): void {
  books.isMarked = true;
  if (mark.moment === 'closed') books.counts.closes++;
  const found = books.marks.apply(mark, event);
  if (found === 'one') return;
  const which = found === 'none' ? 'no socket' : 'several sockets';
  books.doubts.add({
    code: found === 'none' ? 'unmatched-mark' : 'ambiguous-mark',
    address: `${mark.network} ${mark.address}`,
    pid: event.pid,
    at: event.at,
    text: `the mark "${mark.moment}" fits ${which} of the process`,
  });
}
