/** bind and listen: what their answer says about the candidate and about everybody in its way. */
import { formatAddress, isInet, type InetAddress, type SocketAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import { judgeBind } from './bind-judgement.ts';
import type { PortClaim } from './blockers.ts';
import { unnamedBinding } from './connect-calls.ts';
import { bindFailed } from './failed-bind.ts';
import { bindingOf, type PendingBind } from './port-book.ts';
import type { InFlight, Thread } from './process-table.ts';
import type { RunBooks } from './run-books.ts';
import { makesV6Only, scopeDevice } from './scope.ts';
import type { Socket } from './socket.ts';

export function bindReturned(
  books: RunBooks,
  thread: Thread,
  fd: Fd,
  inFlight: InFlight,
  event: ReturnEvent,
  address: SocketAddress | null,
): void {
  const { socket, pendingBind, enteredAt } = inFlight;
  const inUse = !event.result.ok && event.result.errno === 'EADDRINUSE';
  if (socket === null || pendingBind === null) {
    if ((event.result.ok || inUse) && (address === null ? inUse : isInet(address))) {
      const text = `bind of descriptor ${fd}, which was not seen to be opened`;
      books.doubts.add({ code: 'unknown-descriptor', address: null, pid: event.pid, at: event.at, text });
    }
    return;
  }
  if (socket.network === 'tcp') tcpBind(books, thread, socket, address, inUse, event);
  else {
    books.counts.binds++;
    // AF_UNSPEC means the wildcard here (inet_bind), and the event does not tell its port.
    if (address === null || address.family === 'unspec')
      addressUnread(books, thread, socket, enteredAt, event);
    const inet = address !== null && isInet(address) ? address : null;
    if (inet !== null && hasTakenScope(event)) socket.device = scopeDevice(inet) ?? socket.device;
    const claim = inet === null || inet.port === 0 ? null : socket.claimOf(inet.host, inet.port);
    if (inet !== null && claim !== null && (event.result.ok || inUse)) {
      books.onBind?.(judgeBind(books, socket, { fd, address: inet, claim, enteredAt }, event));
      setFreePoints(books, claim, pendingBind, event);
      if (event.result.ok) proveGone(books, claim, socket, enteredAt, event);
    }
    if (event.result.ok && inet !== null) succeed(books, thread, socket, inet, enteredAt, event);
    pendingBind.hasBound = event.result.ok;
    if (inUse) bindFailed(books, thread, fd, pendingBind, event, inet, claim);
  }
  books.ports.bindAbandoned(pendingBind);
  books.settle();
}

/** Other errors come before the scope is looked at. */
function hasTakenScope({ result }: ReturnEvent): boolean {
  return result.ok || result.errno === 'EADDRINUSE' || result.errno === 'EADDRNOTAVAIL';
}

function setFreePoints(books: RunBooks, claim: PortClaim, bind: PendingBind, event: ReturnEvent): void {
  const { socket: candidate, enteredAt } = bind;
  const rule = books.isMarked ? 'blocks' : 'overlaps';
  books.ports.afterBindsInFlight(bind, enteredAt, () => {
    for (const socket of books.ports.freedBy(claim, candidate, enteredAt, rule)) {
      if (socket.freePoint !== null && socket.freePoint.at <= enteredAt) continue;
      socket.freePoint = { at: enteredAt, pid: event.pid, tid: event.tid, by: 'bind' };
    }
  });
}

/** A bind that succeeded proves that nothing which would have blocked it was left by its return. */
function proveGone(
  books: RunBooks,
  claim: PortClaim,
  candidate: Socket,
  enteredAt: Nanos,
  event: ReturnEvent,
): void {
  const prediction = books.ports.predict(candidate, claim, enteredAt, event.at);
  const [impossible] = prediction.impossible;
  if (impossible !== undefined) {
    const text = `bind of ${claim.host} port ${claim.port} succeeded although socket ${impossible.number} should have blocked it`;
    books.doubts.add({
      code: 'contradiction',
      address: impossible.address,
      pid: event.pid,
      at: event.at,
      text,
    });
    return;
  }
  for (const socket of prediction.gone) {
    if (socket.hasCertainDescriptor) continue;
    for (const reference of [...socket.references]) {
      // A call in flight on it can not have found it: it will come back with EBADF.
      if (reference.isCertain) reference.neverWas();
      books.gone(reference, event.at);
    }
  }
}

function succeed(
  books: RunBooks,
  thread: Thread,
  socket: Socket,
  address: InetAddress,
  enteredAt: Nanos,
  event: ReturnEvent,
): void {
  const { pid, tid, at } = event;
  if (makesV6Only(address)) socket.v6Only = true;
  socket.boundAt = at;
  socket.cycle = thread.process.cycle;
  books.ports.bind(socket, bindingOf(address, { pid, tid, from: enteredAt, certainFrom: at }));
  books.marks.bound(socket, pid);
}

/** A bind whose address the tracer could not read: the socket is bound to who knows what. */
function addressUnread(
  books: RunBooks,
  thread: Thread,
  socket: Socket,
  from: Nanos,
  event: ReturnEvent,
): void {
  if (!event.result.ok) return;
  books.doubts.unreadable(thread, event.at, 'the address of a bind');
  socket.boundAt = event.at;
  books.ports.bind(socket, { ...unnamedBinding(null, from, event.at), boundBy: event.pid });
}

function tcpBind(
  books: RunBooks,
  thread: Thread,
  socket: Socket,
  address: SocketAddress | null,
  inUse: boolean,
  event: ReturnEvent,
): void {
  const inet = address !== null && isInet(address) ? address : null;
  // Go's net package asks at start whether IPv6 is there by binding a TCP socket to port 0: no reason for doubt.
  if (inet?.port === 0 && !inUse) return;
  if (event.result.ok && inet !== null) {
    socket.binding = bindingOf(inet, {
      pid: event.pid,
      tid: event.tid,
      from: event.at,
      certainFrom: event.at,
    });
    socket.boundAt = event.at;
    books.marks.bound(socket, event.pid);
  }
  if (event.result.ok || inUse) tcpDoubt(books, thread, event, inet === null ? null : formatAddress(inet));
}

export function listenReturned(
  books: RunBooks,
  thread: Thread,
  socket: Socket | null,
  event: ReturnEvent,
): void {
  const inUse = !event.result.ok && event.result.errno === 'EADDRINUSE';
  if (socket !== null && (event.result.ok || inUse)) tcpDoubt(books, thread, event, socket.address);
}

function tcpDoubt(books: RunBooks, thread: Thread, event: ReturnEvent, address: string | null): void {
  const text = 'TCP sockets are recorded and not judged yet';
  books.doubts.once('tcp-not-judged', thread, event.at, text, address === null ? null : `tcp ${address}`);
}
