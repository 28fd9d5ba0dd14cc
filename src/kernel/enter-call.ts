import { receiveCalls, sendCalls, type Call, type EnterEvent } from '../trace/event.ts';
import type { Nanos } from '../trace/ids.ts';
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
  switch (call.name) {
    case 'close':
      return enterClose(thread, call, at, call.fd, call.fd);
    case 'dup2':
    case 'dup3':
      return enterReplacing(books, thread, call, at);
    case 'close_range':
      return enterCloseRange(books, thread, call, at);
    case 'fcntl':
      if (call.command === F_DUPFD || call.command === F_DUPFD_CLOEXEC) {
        return enterHoldingCall(books, thread, call, at);
      }
      return begin(call, at, { slot: thread.table.get(call.fd) ?? null });
    case 'ioctl':
      return begin(call, at, { slot: thread.table.get(call.fd) ?? null });
    case 'bind':
    case 'listen': {
      const { table } = thread;
      const socket = (table.get(call.fd) ?? table.closingAt(call.fd))?.socket ?? null;
      if (socket !== null) socket.hasSubflow = socket.isMultipath;
      return begin(call, at, {
        socket,
        pendingBind: socket === null ? null : books.ports.bindEntered(socket, at),
      });
    }
    case 'getsockname':
    case 'shutdown':
    case 'setsockopt':
    case 'fchown':
      return begin(call, at, { socket: thread.table.get(call.fd)?.socket ?? null });
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
      return enterHoldingCall(books, thread, call, at);
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      if (call.flags !== null && (call.flags & CLONE_NEWNET) !== 0) books.doubts.namespaceChanged(thread, at);
      return begin(call, at, { pendingCopy: copiesTable(call.flags) ? beginCopy(thread, at) : null });
    case 'setns':
      books.doubts.namespaceChanged(thread, at);
      return begin(call, at);
    case 'unshare':
      if ((call.flags & CLONE_NEWNET) !== 0) books.doubts.namespaceChanged(thread, at);
      return begin(call, at, {
        pendingCopy: (call.flags & CLONE_FILES) === 0 ? null : beginCopy(thread, at),
      });
    case 'poll':
    case 'ppoll':
    case 'select':
    case 'pselect6':
      return begin(call, at);
    case 'io_uring_setup':
      books.doubts.blindSpot(thread, call.name, at);
      return begin(call, at);
    case 'execve':
    case 'execveat':
      return enterExec(thread, call, at);
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
      return begin(call, at);
  }
}

function copiesTable(flags: number | null): boolean {
  return flags === null || (flags & (CLONE_FILES | CLONE_THREAD)) === 0;
}

function begin(call: Call, enteredAt: Nanos, parts: Partial<InFlight> = {}): InFlight {
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
    ...parts,
  };
}

/** The old file stays in its slot until the new one takes its place. */
function enterReplacing(
  books: RunBooks,
  thread: Thread,
  call: Extract<Call, { name: 'dup2' | 'dup3' }>,
  at: Nanos,
): InFlight {
  const begun = enterHoldingCall(books, thread, call, at);
  if (call.fd === call.to) return begun;
  return { ...begun, taken: beginTaking(thread, call, at, thread.table.range(call.to, call.to)) };
}

/** A close takes its description at entry: from here on the number can be given out again. */
function enterClose(thread: Thread, call: Call, at: Nanos, first: number, last: number): InFlight {
  const closing = thread.table.beginClosing(first, last, at);
  return begin(call, at, { taken: beginTaking(thread, call, at, closing.references), closing });
}

function beginTaking(
  thread: Thread,
  call: Call,
  at: Nanos,
  references: readonly Reference[],
): readonly Reference[] {
  for (const reference of references) {
    reference.beginRelease({ tid: thread.tid, call: call.name }, at);
    reference.socket.firstCloseAt ??= at;
  }
  return references;
}

function beginCopy(thread: Thread, at: Nanos): PendingCopy {
  return thread.table.beginCopy({ pid: thread.process.pid, tid: thread.tid }, at);
}

/** From the entry on the close-on-exec descriptors may be gone, unless another process shares the table. */
function enterExec(thread: Thread, call: Call, at: Nanos): InFlight {
  let ownUsers = 0;
  for (const each of thread.process.threads.values()) if (each.table === thread.table) ownUsers++;
  if (ownUsers < thread.table.users) return begin(call, at, { pendingCopy: beginCopy(thread, at) });
  const taken = thread.table.all().filter((reference) => reference.closeOnExec);
  for (const reference of taken) reference.beginRelease({ tid: thread.tid, call: call.name }, at);
  return begin(call, at, { taken });
}

function enterCloseRange(
  books: RunBooks,
  thread: Thread,
  call: Extract<Call, { name: 'close_range' }>,
  at: Nanos,
): InFlight {
  if ((call.flags & CLOSE_RANGE_UNSHARE) !== 0) books.unshareTable(thread, at, null);
  if ((call.flags & CLOSE_RANGE_CLOEXEC) !== 0) return begin(call, at);
  return enterClose(thread, call, at, call.first, call.last);
}

/**
 * A call that can wait, or makes a duplicate, is a reference of its own. It is sure only if it was entered while the number was
 * open: entered behind a close that is still in flight, it may have found the old description or nothing.
 */
function enterHoldingCall(
  books: RunBooks,
  thread: Thread,
  call: Extract<Call, { readonly fd: unknown }>,
  at: Nanos,
): InFlight {
  const open = thread.table.get(call.fd);
  const held = open ?? thread.table.closingAt(call.fd);
  if (held === undefined) return begin(call, at);
  const reference = new Reference(held.socket, {
    kind: 'call',
    pid: thread.process.pid,
    tid: thread.tid,
    fd: call.fd,
    call: call.name,
    origin: 'call',
    openedAt: at,
    sure: open?.isCertain ?? false,
  });
  books.add(thread, reference);
  return begin(call, at, { socket: held.socket, reference });
}

const transferCalls: ReadonlySet<string> = new Set([...receiveCalls, ...sendCalls]);

export function isTransfer(name: string): boolean {
  return transferCalls.has(name);
}
