/** How sockets come into being: socket(2), and accept(2) for connections. */
import type { Call } from '../trace/event.ts';
import { fd as asFd, type Nanos } from '../trace/ids.ts';
import * as abi from './abi.ts';
import { unnamedBinding } from './binding.ts';
import { isUnspecified } from './blockers.ts';
import type { Thread } from './process-table.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

export function socketCreated(
  books: RunBooks,
  thread: Thread,
  call: Extract<Call, { name: 'socket' }>,
  at: Nanos,
  number: number,
): void {
  const family = familyOf(call.domain);
  const network = networkOf(call);
  if (family === null || network === null) return;
  const isMultipath = call.protocol === abi.IPPROTO_MPTCP;
  const owner = call.owner ?? thread.owner;
  if (call.owner !== undefined) books.ownerTold(thread, call.owner);
  const socket = books.newSocket(thread, { family, network, owner, isMultipath }, at);
  const reference = books.descriptor(thread, socket, 'socket', asFd(number), at, true);
  reference.closeOnExec = (call.type & abi.SOCK_CLOEXEC) !== 0;
}

/**
 * A connection: bound to its listener's port since some moment before, and with its options (inet_csk_clone_lock), but
 * whoever accepts it owns it (sock_graft). Under DTrace that is the user of the thread's last socket(2).
 */
export function accepted(
  books: RunBooks,
  thread: Thread,
  listener: Socket,
  flags: number,
  at: Nanos,
  number: number,
): void {
  const { family, network, isMultipath } = listener;
  const owner = thread.owner ?? books.firstOwner;
  const socket = books.newSocket(thread, { family, network, owner, isMultipath }, at);
  const reference = books.descriptor(thread, socket, 'accept', asFd(number), at, true);
  reference.closeOnExec = (flags & abi.SOCK_CLOEXEC) !== 0;
  const { reuseAddress, reusePort, v6Only, device, binding } = listener;
  Object.assign(socket, { reuseAddress, reusePort, v6Only, device, mayBeConnected: true });
  // Its flags may be those of before.
  socket.isHidden = listener.queueMayDiffer;
  if (binding === null) return;
  const host = binding.host === null || isUnspecified(binding.host) ? null : binding.host;
  books.ports.bind(socket, { ...unnamedBinding(host, binding.from, at, 'accept'), port: binding.port });
}

function familyOf(domain: number): 'inet' | 'inet6' | null {
  if (domain === abi.AF_INET) return 'inet';
  return domain === abi.AF_INET6 ? 'inet6' : null;
}

/** UDP-Lite, ping and SCTP sockets have port tables of their own; raw sockets have none. */
function networkOf(call: { readonly type: number; readonly protocol: number }): 'udp' | 'tcp' | null {
  const type = call.type & abi.SOCK_TYPE_MASK;
  if (type === abi.SOCK_STREAM) return tcpProtocols.has(call.protocol) ? 'tcp' : null;
  if (type !== abi.SOCK_DGRAM) return null;
  return call.protocol === 0 || call.protocol === abi.IPPROTO_UDP ? 'udp' : null;
}

const tcpProtocols: ReadonlySet<number> = new Set([0, abi.IPPROTO_TCP, abi.IPPROTO_MPTCP]);
