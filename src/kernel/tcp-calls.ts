/** listen, and what connect and shutdown do to a TCP socket. */
import { isInet, parseAddress, type InetAddress, type SocketAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import { SHUT_WR } from './abi.ts';
import type { Asked } from './asked-address.ts';
import { triesAgain } from './bind-calls.ts';
import { judgeBind } from './bind-judgement.ts';
import { sourceAddressFor, unnamedBinding } from './binding.ts';
import { isUnspecified } from './blockers.ts';
import { readdressed, wildcardOf } from './connect-calls.ts';
import { bindFailed } from './failed-bind.ts';
import type { InFlight, Thread } from './process-table.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

/** The port is asked for once more, now by a listener (inet_csk_listen_start). */
export function listenReturned(
  books: RunBooks,
  thread: Thread,
  fd: Fd,
  inFlight: InFlight,
  event: ReturnEvent,
): void {
  const { socket, pendingBind, enteredAt } = inFlight;
  if (socket === null || pendingBind === null) return;
  const inUse = !event.result.ok && event.result.errno === 'EADDRINUSE';
  // A listener that listens again only changes its backlog.
  if (socket.network === 'tcp' && !socket.listening && (event.result.ok || inUse)) {
    const asked = askedBy(socket);
    const isSecondTry = triesAgain(thread, socket, 'listen', asked?.address ?? null, inUse);
    if (asked !== null)
      books.onBind?.(judgeBind(books, socket, { call: 'listen', fd, asked, enteredAt }, event));
    if (event.result.ok) listens(books, socket, enteredAt, event.at);
    pendingBind.hasBound = event.result.ok;
    if (inUse && !isSecondTry) bindFailed(books, thread, { name: 'listen', fd }, pendingBind, event, asked);
  }
  books.ports.bindAbandoned(pendingBind);
  books.settle();
}

/** A socket that is not bound yet asks for any port. Null: the trace does not tell where it is bound. */
function askedBy(socket: Socket): Asked | null {
  const { binding, claim } = socket;
  if (binding === null) return { address: anyAddress(socket), claim: null };
  const address = socket.address === null ? null : parseAddress(socket.address);
  if (claim === null || address === null) return null;
  return { address, claim: { ...claim, listening: true } };
}

function anyAddress({ family }: Socket): Asked['address'] {
  if (family === 'inet') return { family, host: '0.0.0.0', port: 0 };
  return { family, host: '::', port: 0, scopeId: 0 };
}

function listens(books: RunBooks, socket: Socket, from: Nanos, at: Nanos): void {
  socket.listening = true;
  if (socket.shutDownAt !== null) socket.endsConnections = true;
  if (socket.binding === null) books.ports.bind(socket, unnamedBinding(wildcardOf(socket), from, at));
  else books.ports.joined(socket);
}

/**
 * A listener goes back to a socket that is only bound, and not even that where the kernel chose the port
 * (tcp_disconnect). So does one that is still connecting (inet_shutdown); whether it is, no call has told.
 */
export function tcpShutDown(books: RunBooks, socket: Socket, how: number): void {
  const { binding } = socket;
  if (socket.listening && how !== SHUT_WR) disconnect(books, socket);
  if (!socket.isConnecting) return;
  socket.isConnecting = false;
  if (binding !== null && !binding.hostNamed) binding.host = null;
}

function disconnect(books: RunBooks, socket: Socket): void {
  const { binding } = socket;
  socket.listening = false;
  socket.mayBeConnected = false;
  socket.isConnecting = false;
  if (binding === null) return;
  if (!binding.portNamed) return books.ports.unbind(socket);
  if (!binding.hostNamed) binding.host = binding.narrowedFrom ?? binding.host;
}

/**
 * connect on TCP binds as it does on UDP, but what it bound is given back when it fails (tcp_v4_connect,
 * __inet_stream_connect); a connection may also fail later, and no call tells.
 */
export function tcpConnectReturned(
  books: RunBooks,
  socket: Socket,
  enteredAt: Nanos,
  event: ReturnEvent,
  address: SocketAddress,
): void {
  const { result, at } = event;
  const before = socket.address;
  const isRefused = !result.ok && result.errno === 'ECONNREFUSED';
  if (isInet(address) && !isRefused) books.ports.reached(address.port);
  books.ports.connectionDiffers(socket, at);
  // What its subflows are bound to from now on, no call tells.
  if (socket.isMultipath) socket.isHidden = true;
  if (address.family === 'unspec') {
    if (result.ok) disconnect(books, socket);
  } else if (isInet(address) && (result.ok || underWay.has(result.errno))) {
    socket.mayBeConnected = true;
    socket.isConnecting = !result.ok;
    const any = wildcardOf(socket);
    if (socket.binding === null) books.ports.bind(socket, unnamedBinding(any, enteredAt, at, 'connect'));
    narrow(socket, address);
  } else if (isInet(address) && !result.ok && hasFailed.has(result.errno)) {
    // The mapped wildcard, which counts as an address that was named, is not given back.
    narrow(socket, address);
    disconnect(books, socket);
    // It was connected, and has ended: the socket was shut down before.
    socket.mayBeConnected = result.errno === 'ECONNABORTED';
  }
  if (socket.address !== before) readdressed(books, socket, before);
}

function narrow({ binding }: Socket, destination: InetAddress): void {
  if (binding?.host == null || !isUnspecified(binding.host)) return;
  binding.narrowedFrom = binding.host;
  binding.host = sourceAddressFor(destination, binding.host);
}

/** Not answered yet, or not any more. */
const underWay: ReadonlySet<string> = new Set(['EINPROGRESS', 'EALREADY', 'EINTR', 'ERESTARTSYS']);
/** The handshake has failed, or no port was left for it. Other errors leave the socket as it was. */
const hasFailed: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
]);
