/**
 * What a tracer in the kernel says about the socket behind a descriptor, held against what the replay has
 * inferred: where the replay did not know, the fact is taken over; where the two disagree, that is a doubt.
 */
import type { ReleaseEvent, ReturnEvent, SocketIdentity } from '../trace/event.ts';
import { fd as asFd, type Fd, type Nanos } from '../trace/ids.ts';
import { F_DUPFD, F_DUPFD_CLOEXEC } from './abi.ts';
import { portTold } from './connect-calls.ts';
import type { InFlight, Thread } from './process-table.ts';
import type { Reference } from './reference.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

/** @param identity null: the descriptor leads to no socket */
export function identified(
  books: RunBooks,
  thread: Thread,
  number: Fd,
  identity: SocketIdentity | null,
  at: Nanos,
): void {
  books.tellsIdentity = true;
  const reference = thread.table.get(number);
  if (identity === null) {
    if (reference?.isCertain === true) disagree(books, thread, reference, 'leads to no socket', at);
    return;
  }
  const known = books.identities.find(identity.inode);
  if (reference === undefined) {
    if (known !== undefined && isUnexplained(thread, number, known))
      receive(books, thread, known, number, at);
  } else if (known === reference.socket || (known === undefined && reference.socket.inode === null)) {
    books.identities.learn(reference.socket, identity);
    portTold(books, reference.socket, identity.port, at);
  } else if (reference.socket.inode === null && known?.hasCertainReference !== true) {
    // The inode was given out again, so its socket of before is gone.
    if (known !== undefined) endUnproven(books, known, at);
    books.identities.learn(reference.socket, identity);
  } else if (reference.isCertain) {
    disagree(books, thread, reference, `leads to the socket with inode ${identity.inode}`, at);
  }
}

/** Which descriptor the identity of a return is about: the one that the call made, else the one that it named. */
export function describedBy({ call }: InFlight, { result }: ReturnEvent): Fd | null {
  switch (call.name) {
    case 'close':
    case 'close_range':
      return null;
    case 'socket':
    case 'accept':
    case 'accept4':
    case 'dup':
    case 'dup2':
    case 'dup3':
      return result.ok ? asFd(result.value) : null;
    case 'fcntl':
      if (call.command !== F_DUPFD && call.command !== F_DUPFD_CLOEXEC) return call.fd;
      return result.ok ? asFd(result.value) : null;
    default:
      return 'fd' in call ? call.fd : null;
  }
}

/** pidfd_getfd: with its identity the new descriptor can be followed, without it nobody knows what was taken. */
export function takenFromProcess(books: RunBooks, thread: Thread, event: ReturnEvent): void {
  const { result, socket: identity, at } = event;
  if (!result.ok || identity === null) return;
  const known = identity === undefined ? undefined : books.identities.find(identity.inode);
  if (known !== undefined) receive(books, thread, known, asFd(result.value), at);
  else if (identity?.port !== 0) books.doubts.blindSpot(thread, event.name, at);
}

/** The kernel's own word for the end of a socket: whatever may still have referred to it does so no more. */
export function released(books: RunBooks, thread: Thread | undefined, event: ReleaseEvent): void {
  books.tellsReleases = true;
  const known = event.inode === null ? undefined : books.identities.find(event.inode);
  const socket = known ?? droppedBy(thread, event);
  if (socket === undefined || socket.released !== null) return;
  const { at, until = at, pid, tid } = event;
  if (socket.hasCertainReference) {
    const text = `the kernel has released socket ${socket.number}, and by the calls in the trace it is still in use`;
    books.doubts.add({ code: 'identity-disagrees', address: socket.address, pid, at, text });
  }
  socket.released = { at, until, pid, tid };
  books.identities.forget(socket);
  const dropped = thread?.tails ?? [];
  if (thread !== undefined) thread.tails = dropped.filter((reference) => reference.socket !== socket);
  for (const reference of [...socket.references])
    if (dropped.includes(reference) || !isInCall(reference)) books.gone(reference, at);
}

/** A call that is in flight on it, or takes it away, tells the rest when it returns. */
function isInCall({ kind, releasedBy }: Reference): boolean {
  return releasedBy === null ? kind === 'call' : releasedBy.returnedAt === null;
}

/** An accepted TCP socket has no cookie before its release: it is the one that this thread has just dropped. */
function droppedBy(thread: Thread | undefined, event: ReleaseEvent): Socket | undefined {
  const dropped = [...(thread?.inFlight?.taken ?? []), ...(thread?.tails ?? [])].map(({ socket }) => socket);
  const fitting = dropped.filter(
    ({ cookie, inode }) => cookie === null && (event.inode === null || inode === null),
  );
  const sockets = new Set(fitting);
  return sockets.size === 1 ? fitting[0] : undefined;
}

/** Not one that a close in flight has taken from the slot, or that a dup in flight has put there already. */
function isUnexplained(thread: Thread, number: Fd, known: Socket): boolean {
  if (thread.table.closingAt(number)?.socket === known) return false;
  for (const { inFlight } of thread.process.threads.values()) {
    if (inFlight?.reference?.socket === known && makesDescriptor(inFlight)) return false;
  }
  return true;
}

function makesDescriptor({ call }: InFlight): boolean {
  return call.name === 'dup' || call.name === 'dup2' || call.name === 'dup3' || call.name === 'fcntl';
}

function receive(books: RunBooks, thread: Thread, socket: Socket, number: Fd, at: Nanos): void {
  if (!socket.isGone) {
    books.descriptor(thread, socket, 'received', number, at, true);
    return;
  }
  const { pid } = thread.process;
  const text = `by the calls in the trace socket ${socket.number} is gone; the kernel says that descriptor ${number} leads to it`;
  books.doubts.add({ code: 'identity-disagrees', address: socket.address, pid, at, text });
}

function endUnproven(books: RunBooks, socket: Socket, at: Nanos): void {
  books.identities.forget(socket);
  for (const reference of [...socket.references]) if (!isInCall(reference)) books.gone(reference, at);
}

function disagree(books: RunBooks, thread: Thread, { fd, socket }: Reference, what: string, at: Nanos): void {
  const { pid } = thread.process;
  const text = `by the calls in the trace descriptor ${fd} leads to socket ${socket.number}; the kernel says that it ${what}`;
  books.doubts.add({ code: 'identity-disagrees', address: socket.address, pid, at, text });
}
