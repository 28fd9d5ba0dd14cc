/** bind: what its answer says about the candidate and about everybody in its way. */
import { formatAddress, isInet, type InetAddress, type SocketAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { Asked } from './asked-address.ts';
import { judgeBind } from './bind-judgement.ts';
import { bindingOf, unnamedBinding } from './binding.ts';
import type { PortClaim } from './blockers.ts';
import { bindFailed } from './failed-bind.ts';
import type { PendingBind } from './port-book.ts';
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
      books.doubts.unknownDescriptor(thread, fd, event.at);
    }
    return;
  }
  // AF_UNSPEC means the wildcard here (inet_bind), and the event does not tell its port.
  if (address === null || address.family === 'unspec') addressUnread(books, thread, socket, enteredAt, event);
  const inet = address !== null && isInet(address) ? address : null;
  const isSecondTry = triesAgain(thread, socket, 'bind', inet, inUse);
  // Go's net package asks at start whether IPv6 is there by binding TCP sockets to port 0: not the program's binds.
  const isProbe = socket.network === 'tcp' && inet?.port === 0 && !inUse;
  if (!isSecondTry && !isProbe) books.counts.binds++;
  if (inet !== null && hasTakenScope(event)) socket.device = scopeDevice(inet) ?? socket.device;
  const asked = inet === null ? null : askedBy(socket, inet);
  if (asked !== null && (event.result.ok || inUse)) {
    books.onBind?.(judgeBind(books, socket, { call: 'bind', fd, asked, enteredAt }, event));
    if (asked.claim !== null) setFreePoints(books, asked.claim, pendingBind, event);
    if (asked.claim !== null && event.result.ok) proveGone(books, asked.claim, socket, enteredAt, event);
  }
  if (event.result.ok && inet !== null) succeed(books, thread, socket, inet, enteredAt, event);
  pendingBind.hasBound = event.result.ok;
  if (inUse && !isSecondTry) bindFailed(books, thread, { name: 'bind', fd }, pendingBind, event, asked);
  books.ports.bindAbandoned(pendingBind);
  books.settle();
}

function askedBy(socket: Socket, address: InetAddress): Asked {
  const { host, port } = address;
  return { address, claim: port === 0 ? null : socket.claimOf(host, port) };
}

/** Plain TCP, after the same thread was refused the same for a socket of MPTCP: one net.Listen of Go. */
export function triesAgain(
  thread: Thread,
  socket: Socket,
  call: 'bind' | 'listen',
  address: InetAddress | null,
  inUse: boolean,
): boolean {
  const before = thread.refused;
  const isMultipathRefused = inUse && socket.isMultipath;
  if (before === null && !isMultipathRefused) return false;
  const text = address === null ? null : formatAddress(address);
  thread.refused = isMultipathRefused ? { call, address: text } : null;
  if (before === null || socket.isMultipath || socket.network === 'udp') return false;
  return before.call === call && before.address === text;
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
  const { pid, at } = event;
  if (makesV6Only(address)) socket.v6Only = true;
  socket.boundAt = at;
  socket.cycle = thread.process.cycle;
  books.ports.bind(socket, bindingOf(address, { pid, from: enteredAt, certainFrom: at }));
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
