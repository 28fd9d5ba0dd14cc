/** connect, getsockname and the sends that bind: how a socket comes by its address without bind(2), and loses it. */
import { isInet, type InetAddress, type SocketAddress } from '../trace/address.ts';
import { sendCalls, type ReturnEvent } from '../trace/event.ts';
import type { Nanos } from '../trace/ids.ts';
import { sourceAddressFor, unnamedBinding } from './binding.ts';
import { isUnspecified } from './blockers.ts';
import type { RunBooks } from './run-books.ts';
import { scopeDevice } from './scope.ts';
import type { Socket } from './socket.ts';

/**
 * connect on UDP: binds an unbound socket, narrows a wildcard to the chosen source address, and with AF_UNSPEC
 * gives back what bind did not name itself (__udp_disconnect), the device among it.
 */
export function connectReturned(
  books: RunBooks,
  socket: Socket,
  enteredAt: Nanos,
  event: ReturnEvent,
  address: SocketAddress,
): void {
  const { binding } = socket;
  const before = socket.address;
  const any = wildcardOf(socket);
  if (address.family === 'unspec' && event.result.ok) {
    socket.device = null;
    if (binding === null) return;
    if (!binding.portNamed) books.ports.unbind(socket);
    else if (!binding.hostNamed) binding.host = any;
  } else if (isInet(address)) {
    // inet_dgram_connect binds before it looks for a route: also a failed connect leaves the socket bound.
    if (binding === null) books.ports.bind(socket, unnamedBinding(any, enteredAt, event.at));
    if (event.result.ok) socket.device = scopeDevice(address) ?? socket.device;
    const bound = socket.binding;
    if (bound?.host != null && event.result.ok && isUnspecified(bound.host)) {
      bound.narrowedFrom = bound.host;
      bound.host = sourceAddressFor(address, bound.host);
    }
  }
  if (socket.address !== before) readdressed(books, socket, before);
}

export function addressTold(books: RunBooks, socket: Socket, address: InetAddress): void {
  const { binding } = socket;
  if (binding === null) return;
  if (address.port === 0) {
    // A connection that its peer has reset.
    if (socket.network === 'tcp' && !binding.portNamed && !books.ports.isChanging(socket)) {
      books.ports.unbind(socket);
    }
    return;
  }
  const before = socket.address;
  const isNews = binding.port === null;
  binding.host = address.host;
  binding.port = address.port;
  if (isNews) books.ports.joined(socket);
  if (socket.address !== before) readdressed(books, socket, before);
}

/** The port that the kernel itself tells. Calls in flight on the socket may be about to change it. */
export function portTold(books: RunBooks, socket: Socket, port: number, at: Nanos): void {
  const { binding } = socket;
  if (port === (binding?.port ?? 0) || books.ports.isChanging(socket)) return;
  // What a socket of MPTCP shows is a copy, which stays when a shutdown has given the port back.
  if (socket.isMultipath && binding?.port !== null) return;
  if (binding === null) {
    books.ports.bind(socket, { ...unnamedBinding(wildcardOf(socket), socket.createdAt, at), port });
  } else if (binding.port === null) {
    const before = socket.address;
    binding.port = port;
    books.ports.joined(socket);
    readdressed(books, socket, before);
  } else if (!binding.portNamed && port === 0) books.ports.unbind(socket);
  else {
    const text = `by the calls in the trace socket ${socket.number} has port ${binding.port}; the kernel says ${port}`;
    books.doubts.add({ code: 'identity-disagrees', address: socket.address, pid: socket.pid, at, text });
  }
}

/** A send on an unbound UDP socket binds it to a port of the kernel's choice. */
export function transferred(
  books: RunBooks,
  socket: Socket,
  name: string,
  enteredAt: Nanos,
  event: ReturnEvent,
): void {
  if (socket.network !== 'udp' || socket.binding !== null) return;
  if (!event.result.ok && event.result.errno === 'EBADF') return;
  if ((sendCalls as readonly string[]).includes(name)) {
    books.ports.bind(socket, unnamedBinding(wildcardOf(socket), enteredAt, event.at));
  }
}

export function readdressed(books: RunBooks, socket: Socket, before: string | null): void {
  const by = socket.binding?.boundBy ?? null;
  if (by !== null) books.marks.readdressed(socket, by, before);
}

export function wildcardOf(socket: Socket): string {
  return socket.family === 'inet6' ? '::' : '0.0.0.0';
}
