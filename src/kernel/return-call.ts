import { isInet } from '../trace/address.ts';
import type { Call, ReturnEvent } from '../trace/event.ts';
import { fd as asFd, type Nanos } from '../trace/ids.ts';
import * as abi from './abi.ts';
import { bindReturned } from './bind-calls.ts';
import { accepted, socketCreated } from './births.ts';
import { addressTold, connectReturned, transferred } from './connect-calls.ts';
import { isTransfer } from './enter-call.ts';
import { describedBy, identified, takenFromProcess } from './identify.ts';
import { descriptorsPassed } from './message.ts';
import type { InFlight, Thread } from './process-table.ts';
import type { RunBooks } from './run-books.ts';
import { listenReturned, tcpShutDown, tcpConnectReturned } from './tcp-calls.ts';
import { deviceAt, deviceNamed } from './scope.ts';
import type { Socket } from './socket.ts';
import { closeReturned, execFailed, replaceReturned } from './taking-calls.ts';

/** What a call has done to the books, now that its answer is known. */
export function returnCall(books: RunBooks, thread: Thread, inFlight: InFlight, event: ReturnEvent): void {
  applyReturn(books, thread, inFlight, event);
  if (event.socket === undefined) return;
  const descriptor = describedBy(inFlight, event);
  if (descriptor !== null) identified(books, thread, descriptor, event.socket, event.at);
}

function applyReturn(books: RunBooks, thread: Thread, inFlight: InFlight, event: ReturnEvent): void {
  const { call, enteredAt } = inFlight;
  const { result, at } = event;
  if (inFlight.reference !== null) books.callReturned(thread, inFlight.reference, event);
  switch (call.name) {
    case 'socket':
      if (result.ok) socketCreated(books, thread, call, at, result.value);
      return;
    case 'accept':
    case 'accept4':
      if (result.ok && inFlight.socket !== null)
        accepted(books, thread, inFlight.socket, call.flags, at, result.value);
      return;
    case 'bind':
      return bindReturned(books, thread, call.fd, inFlight, event, event.address ?? call.address ?? null);
    case 'listen':
      return listenReturned(books, thread, call.fd, inFlight, event);
    case 'connect': {
      const address = event.address ?? call.address ?? null;
      if (inFlight.socket === null || (!result.ok && result.errno === 'EBADF')) return;
      if (address === null && result.ok && inFlight.socket.network === 'udp') {
        books.doubts.unreadable(thread, at, 'the address of a connect');
      }
      if (address === null) return;
      if (inFlight.socket.network === 'udp')
        connectReturned(books, inFlight.socket, enteredAt, event, address);
      else tcpConnectReturned(books, inFlight.socket, enteredAt, event, address);
      return;
    }
    case 'getsockname':
      if (result.ok && inFlight.socket !== null && event.address != null && isInet(event.address)) {
        addressTold(books, inFlight.socket, event.address);
      }
      return;
    case 'shutdown':
      // Without a peer it says ENOTCONN, and shuts down all the same.
      if (inFlight.socket !== null && (result.ok || result.errno === 'ENOTCONN')) {
        inFlight.socket.shutDownAt ??= enteredAt;
        tcpShutDown(books, inFlight.socket, call.how);
      }
      return;
    case 'setsockopt':
      if (result.ok) setOption(books, thread, inFlight, call, event);
      return;
    case 'fchown':
      if (result.ok && inFlight.socket?.hasSubflow === false)
        ownerChanged(books, inFlight.socket, call.owner, event.at);
      return;
    case 'close':
    case 'close_range':
      if (call.name === 'close_range' && result.ok && (call.flags & abi.CLOSE_RANGE_CLOEXEC) !== 0) {
        for (const reference of thread.table.range(call.first, call.last)) reference.closeOnExec = true;
      }
      return closeReturned(books, thread, inFlight, event);
    case 'dup2':
    case 'dup3': {
      const isUndisturbed = replaceReturned(books, thread, inFlight, event);
      const closeOnExec = call.name === 'dup3' && (call.flags & abi.O_CLOEXEC) !== 0;
      if (call.fd !== call.to) duplicate(books, thread, inFlight, event, closeOnExec, isUndisturbed);
      return;
    }
    case 'dup':
      return duplicate(books, thread, inFlight, event, false);
    case 'fcntl':
      return fcntlReturned(books, thread, inFlight, call, event);
    case 'ioctl':
      if (result.ok && inFlight.slot !== null) {
        if (call.request === abi.FIOCLEX) inFlight.slot.closeOnExec = true;
        if (call.request === abi.FIONCLEX) inFlight.slot.closeOnExec = false;
      }
      return;
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      return books.copyEnded(thread.table, inFlight.pendingCopy, at);
    case 'unshare': {
      const { table } = thread;
      if (result.ok && inFlight.pendingCopy !== null) books.unshareTable(thread, at, inFlight.pendingCopy);
      return books.copyEnded(table, inFlight.pendingCopy, at);
    }
    case 'execve':
    case 'execveat':
      if (result.ok) return;
      execFailed(thread, inFlight);
      return books.copyEnded(thread.table, inFlight.pendingCopy, at);
    case 'pidfd_getfd':
      return takenFromProcess(books, thread, event);
    case 'setuid':
    case 'setreuid':
    case 'setresuid':
    case 'setfsuid':
      if (result.ok && call.owner !== null) thread.owner = call.owner;
      return;
    default:
      if (result.ok && event.passesDescriptors === true) descriptorsPassed(books, thread, event);
      if (isTransfer(call.name) && inFlight.socket !== null)
        transferred(books, inFlight.socket, call.name, enteredAt, event);
  }
}

function duplicate(
  books: RunBooks,
  thread: Thread,
  inFlight: InFlight,
  event: ReturnEvent,
  closeOnExec: boolean,
  isUndisturbed = true,
): void {
  const { reference } = inFlight;
  if (reference === null || !event.result.ok) return;
  const copy = books.descriptor(
    thread,
    reference.socket,
    'dup',
    asFd(event.result.value),
    event.at,
    reference.sure && isUndisturbed,
  );
  copy.closeOnExec = closeOnExec;
}

function ownerChanged(books: RunBooks, socket: Socket, owner: number, at: Nanos): void {
  if (owner < 0 || owner === abi.OWNER_UNCHANGED) return;
  books.ports.flagsChange(socket, at);
  socket.owner = owner;
}

function fcntlReturned(
  books: RunBooks,
  thread: Thread,
  inFlight: InFlight,
  call: Extract<Call, { name: 'fcntl' }>,
  event: ReturnEvent,
): void {
  if (!event.result.ok) return;
  if (call.command === abi.F_DUPFD || call.command === abi.F_DUPFD_CLOEXEC) {
    duplicate(books, thread, inFlight, event, call.command === abi.F_DUPFD_CLOEXEC);
  }
  if (call.command === abi.F_SETFD && inFlight.slot !== null) {
    inFlight.slot.closeOnExec = (call.argument & abi.FD_CLOEXEC) !== 0;
  }
}

function setOption(
  books: RunBooks,
  thread: Thread,
  inFlight: InFlight,
  call: Extract<Call, { name: 'setsockopt' }>,
  event: ReturnEvent,
): void {
  const { socket } = inFlight;
  if (socket === null) return;
  const option = optionOf(call.level, call.option);
  if (option === null) return;
  socket.hasSubflow = socket.isMultipath;
  books.ports.flagsChange(socket, event.at);
  if (call.value === null) return books.doubts.unreadable(thread, event.at, `the value given to ${option}`);
  if (option === 'device') {
    // A tracer that reads four bytes of every option gives a number for SO_BINDTODEVICE too, which names no device.
    if (typeof call.value === 'string') socket.device = deviceNamed(call.value);
    else if (call.option === abi.SO_BINDTOIFINDEX) socket.device = deviceAt(call.value);
    else books.doubts.unreadable(thread, event.at, 'the device of SO_BINDTODEVICE');
  } else socket[option] = call.value !== 0;
}

function optionOf(level: number, option: number): 'reuseAddress' | 'reusePort' | 'v6Only' | 'device' | null {
  if (level === abi.SOL_SOCKET) {
    if (option === abi.SO_REUSEADDR) return 'reuseAddress';
    if (option === abi.SO_REUSEPORT) return 'reusePort';
    if (option === abi.SO_BINDTODEVICE || option === abi.SO_BINDTOIFINDEX) return 'device';
  }
  return level === abi.IPPROTO_IPV6 && option === abi.IPV6_V6ONLY ? 'v6Only' : null;
}
