import { receiveCalls, sendCalls, type Call, type EnterEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import {
  CLONE_FILES,
  CLONE_NEWNET,
  CLONE_THREAD,
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
} from './abi.ts';
import type { PendingCopy } from './fd-table.ts';
import type { InFlight, Thread } from './process-table.ts';
import { Reference } from './reference.ts';
import type { RunBooks } from './run-books.ts';

/** What a call does to the books at its entry; the rest happens at its return (return-call.ts). */
export function enterCall(books: RunBooks, thread: Thread, event: EnterEvent): InFlight {
  const { call, since: at = event.at } = event;
  const begun = begin(call, at);
  switch (call.name) {
    case 'close':
      enterClose(thread, begun, call.fd, call.fd);
      break;
    case 'dup2':
    case 'dup3':
      enterReplacing(books, thread, begun, call);
      break;
    case 'close_range':
      enterCloseRange(books, thread, begun, call);
      break;
    case 'fcntl':
      if (call.command === F_DUPFD || call.command === F_DUPFD_CLOEXEC) hold(books, thread, begun, call.fd);
      else begun.slot = thread.table.get(call.fd) ?? null;
      break;
    case 'ioctl':
      begun.slot = thread.table.get(call.fd) ?? null;
      break;
    case 'bind':
    case 'listen':
      enterBind(books, thread, begun, call.fd);
      break;
    case 'getsockname':
    case 'shutdown':
    case 'setsockopt':
    case 'fchown':
      begun.socket = thread.table.get(call.fd)?.socket ?? null;
      break;
    case 'dup':
    case 'connect':
    case 'accept':
    case 'accept4':
    case 'read':
    case 'readv':
    case 'recvfrom':
    case 'recvmsg':
    case 'recvmmsg':
    case 'write':
    case 'writev':
    case 'sendto':
    case 'sendmsg':
    case 'sendmmsg':
      hold(books, thread, begun, call.fd);
      break;
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      if (call.flags !== null && (call.flags & CLONE_NEWNET) !== 0) books.doubts.namespaceChanged(thread, at);
      if (copiesTable(call.flags)) begun.pendingCopy = beginCopy(thread, at);
      break;
    case 'setns':
      books.doubts.namespaceChanged(thread, at);
      break;
    case 'unshare':
      if ((call.flags & CLONE_NEWNET) !== 0) books.doubts.namespaceChanged(thread, at);
      if ((call.flags & CLONE_FILES) !== 0) begun.pendingCopy = beginCopy(thread, at);
      break;
    case 'io_uring_setup':
      books.doubts.blindSpot(thread, call.name, at);
      break;
    case 'execve':
    case 'execveat':
      enterExec(thread, begun);
      break;
    case 'poll':
    case 'ppoll':
    case 'select':
    case 'pselect6':
    case 'socket':
    case 'socketpair':
    case 'setuid':
    case 'setreuid':
    case 'setresuid':
    case 'setfsuid':
    case 'exit':
    case 'exit_group':
    case 'wait4':
    case 'waitid':
    case 'pidfd_getfd':
      break;
  }
  return begun;
}

/** Its parts are filled in as the call is entered, and stay then. */
type Begun = { -readonly [Part in keyof InFlight]: InFlight[Part] };

function begin(call: Call, enteredAt: Nanos): Begun {
  return {
    call,
    enteredAt,
    socket: null,
    reference: null,
    taken: [],
    closing: null,
    pendingBind: null,
    slot: null,
    pendingCopy: null,
  };
}

function enterBind({ ports }: RunBooks, { table }: Thread, begun: Begun, number: Fd): void {
  const named = table.get(number) ?? table.closingAt(number);
  if (named === undefined) return;
  const { socket } = named;
  socket.hasSubflow = socket.isMultipath;
  begun.socket = socket;
  begun.pendingBind = ports.bindEntered(socket, begun.enteredAt);
}

/** The old file stays in its slot until the new one takes its place. */
function enterReplacing(
  books: RunBooks,
  thread: Thread,
  begun: Begun,
  { fd, to }: Extract<Call, { name: 'dup2' | 'dup3' }>,
): void {
  hold(books, thread, begun, fd);
  if (fd !== to) beginTaking(thread, begun, thread.table.range(to, to));
}

/** A close takes its description at entry: from here on the number can be given out again. */
function enterClose(thread: Thread, begun: Begun, first: number, last: number): void {
  begun.closing = thread.table.beginClosing(first, last, begun.enteredAt);
  beginTaking(thread, begun, begun.closing.references);
}

function beginTaking({ tid }: Thread, begun: Begun, references: readonly Reference[]): void {
  const { call, enteredAt } = begun;
  for (const reference of references) {
    reference.beginRelease({ tid, call: call.name }, enteredAt);
    reference.socket.firstCloseAt ??= enteredAt;
  }
  begun.taken = references;
}

function copiesTable(flags: number | null): boolean {
  return flags === null || (flags & (CLONE_FILES | CLONE_THREAD)) === 0;
}

function beginCopy(thread: Thread, at: Nanos): PendingCopy {
  return thread.table.beginCopy({ pid: thread.process.pid, tid: thread.tid }, at);
}

/** From the entry on the close-on-exec descriptors may be gone, unless another process shares the table. */
function enterExec(thread: Thread, begun: Begun): void {
  const { call, enteredAt } = begun;
  let ownUsers = 0;
  for (const each of thread.process.threads.values()) if (each.table === thread.table) ownUsers++;
  if (ownUsers < thread.table.users) {
    begun.pendingCopy = beginCopy(thread, enteredAt);
    return;
  }
  const taken = thread.table.all().filter((reference) => reference.closeOnExec);
  for (const reference of taken) reference.beginRelease({ tid: thread.tid, call: call.name }, enteredAt);
  begun.taken = taken;
}

function enterCloseRange(
  books: RunBooks,
  thread: Thread,
  begun: Begun,
  { first, last, flags }: Extract<Call, { name: 'close_range' }>,
): void {
  if ((flags & CLOSE_RANGE_UNSHARE) !== 0) books.unshareTable(thread, begun.enteredAt, null);
  if ((flags & CLOSE_RANGE_CLOEXEC) === 0) enterClose(thread, begun, first, last);
}

/**
 * A call that can wait, or makes a duplicate, is a reference of its own. It is sure only if it was entered while the number was
 * open: entered behind a close that is still in flight, it may have found the old description or nothing.
 */
function hold(books: RunBooks, thread: Thread, begun: Begun, fd: Fd): void {
  const open = thread.table.get(fd);
  const held = open ?? thread.table.closingAt(fd);
  if (held === undefined) return;
  const { call, enteredAt } = begun;
  const reference = new Reference(held.socket, {
    kind: 'call',
    pid: thread.process.pid,
    tid: thread.tid,
    fd,
    call: call.name,
    origin: 'call',
    openedAt: enteredAt,
    sure: open?.isCertain ?? false,
  });
  books.add(thread, reference);
  begun.socket = held.socket;
  begun.reference = reference;
}

const transferCalls: ReadonlySet<string> = new Set([...receiveCalls, ...sendCalls]);

export function isTransfer(name: string): boolean {
  return transferCalls.has(name);
}
