import type { Call, CallName, MarkEvent, ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos, Tid } from '../trace/ids.ts';
import { fd as asFd } from '../trace/ids.ts';
import * as abi from './abi.ts';
import { ConflictQueue } from './conflict-queue.ts';
import { DoubtBook } from './doubt-book.ts';
import type { LedgerSink, Origin } from './ledger.ts';
import { MarkBook, type SocketMark } from './mark-book.ts';
import { PortBook } from './port-book.ts';
import type { InFlight, Thread } from './process-table.ts';
import { Reference } from './reference.ts';
import { Socket } from './socket.ts';

export interface BooksOptions {
  readonly closeReleasesInCall: boolean;
}

/** References and sockets of one run: made, taken away, gone; and what is handed to the ledger then. */
export class RunBooks {
  readonly counts = { cycles: 0, binds: 0, addressInUse: 0, closes: 0, marks: 0 };
  readonly ports = new PortBook();
  readonly marks = new MarkBook();
  readonly doubts: DoubtBook;
  readonly conflicts: ConflictQueue;
  /** The run says itself what it closes; otherwise the close of the last descriptor counts. */
  isMarked = false;
  readonly #sink: LedgerSink;
  readonly #options: BooksOptions;
  #sockets = 0;

  constructor(sink: LedgerSink, options: BooksOptions) {
    this.#sink = sink;
    this.#options = options;
    this.doubts = new DoubtBook(sink);
    this.conflicts = new ConflictQueue((bind) => {
      sink.bindFailed(bind);
    });
  }

  socketCreated(thread: Thread, call: Extract<Call, { name: 'socket' }>, at: Nanos, number: number): void {
    const family = familyOf(call.domain);
    const network = networkOf(call);
    if (family === null || network === null) return;
    const socket = this.#newSocket(thread, family, network, at, call.owner ?? thread.owner);
    const reference = this.descriptor(thread, socket, 'socket', asFd(number), at, true);
    reference.closeOnExec = (call.type & abi.SOCK_CLOEXEC) !== 0;
  }

  accepted(thread: Thread, listener: Socket, flags: number, at: Nanos, number: number): void {
    const socket = this.#newSocket(thread, listener.family, listener.network, at, listener.owner);
    const reference = this.descriptor(thread, socket, 'accept', asFd(number), at, true);
    reference.closeOnExec = (flags & abi.SOCK_CLOEXEC) !== 0;
  }

  descriptor(
    thread: Thread,
    socket: Socket,
    origin: Origin,
    number: Fd,
    at: Nanos,
    sure: boolean,
  ): Reference {
    const missed = thread.table.take(number, at);
    if (missed !== undefined) {
      this.doubts.add({
        code: 'contradiction',
        address: missed.socket.address,
        pid: thread.process.pid,
        at,
        text: `descriptor ${number} was given out again although no close of it was seen`,
      });
      missed.sure = false;
      missed.endWithProcess(at);
      this.gone(missed, at);
    }
    const reference = new Reference(socket, {
      kind: 'descriptor',
      pid: thread.process.pid,
      tid: thread.tid,
      fd: number,
      call: null,
      origin,
      openedAt: at,
      sure,
    });
    thread.table.put(reference);
    this.add(reference);
    return reference;
  }

  add(reference: Reference): void {
    reference.socket.references.add(reference);
  }

  callReturned(thread: Thread, reference: Reference, event: ReturnEvent): void {
    if (!event.result.ok && event.result.errno === 'EBADF') {
      reference.neverWas(event.at);
      return this.gone(reference, event.at);
    }
    reference.beginRelease({ tid: thread.tid, call: event.name }, event.at);
    reference.releaseReturned(event.at);
    this.#dropped(thread, reference, event.at);
  }

  /** close, close_range, dup2, dup3 have answered. */
  takingReturned(thread: Thread, inFlight: InFlight, event: ReturnEvent): void {
    const { result, at } = event;
    const failed = !result.ok && (event.name !== 'close' || result.errno === 'EBADF');
    for (const reference of inFlight.taken) {
      thread.table.closing.delete(reference);
      if (failed) this.#notTaken(thread, reference, inFlight, event);
      else {
        reference.releaseReturned(at);
        this.#closedByCall(thread, reference, at);
        if (event.name === 'close' && this.#options.closeReleasesInCall) this.gone(reference, at);
        else this.#dropped(thread, reference, at);
      }
    }
  }

  #notTaken(thread: Thread, reference: Reference, inFlight: InFlight, event: ReturnEvent): void {
    if (event.name === 'close') {
      // Linux closes the descriptor whatever close(2) answers, except for EBADF: then it was gone before.
      const text = `close(${reference.fd}) says that the descriptor was not open`;
      this.doubts.add({
        code: 'contradiction',
        address: reference.socket.address,
        pid: thread.process.pid,
        at: event.at,
        text,
      });
      reference.sure = false;
      return this.gone(reference, event.at);
    }
    reference.cancelRelease();
    if (reference.socket.firstCloseAt === inFlight.enteredAt) reference.socket.firstCloseAt = null;
    thread.table.putBack(reference);
  }

  /** In a run without marks the close(2) that takes the last descriptor is what `closed` means. */
  #closedByCall(thread: Thread, reference: Reference, at: Nanos): void {
    const { socket } = reference;
    if (this.isMarked || socket.closed !== null) return;
    for (const other of socket.references) if (other !== reference && other.kind === 'descriptor') return;
    socket.closed = { at, pid: thread.process.pid, tid: thread.tid, by: 'close' };
  }

  execed(thread: Thread, call: CallName, enteredAt: Nanos, at: Nanos): void {
    for (const reference of thread.table.all()) {
      if (!reference.closeOnExec) continue;
      thread.table.take(reference.fd, at);
      reference.beginRelease({ tid: thread.tid, call }, enteredAt);
      reference.releaseReturned(at);
      reference.socket.firstCloseAt ??= enteredAt;
      this.#dropped(thread, reference, at);
    }
  }

  unshareTable(thread: Thread, at: Nanos): void {
    if (thread.table.users < 2) return;
    const own = thread.table.copy({ pid: thread.process.pid, tid: thread.tid, at, since: at });
    thread.table.users--;
    own.users = 1;
    thread.table = own;
  }

  /** The call that dropped it is back; if it was the last, the kernel releases before this thread's next user code. */
  #dropped(thread: Thread, reference: Reference, at: Nanos): void {
    if (reference.socket.hasCertainReference) this.gone(reference, at);
    else thread.tails.push(reference);
  }

  flushTails(thread: Thread, at: Nanos): void {
    const { tails } = thread;
    thread.tails = [];
    for (const reference of tails) this.gone(reference, at);
  }

  gone(reference: Reference, at: Nanos): void {
    if (reference.isGone) return;
    reference.goneBy = at;
    const { socket } = reference;
    socket.retire(reference);
    this.conflicts.gone(reference);
    if (socket.isGone && this.ports.socketEnded(socket, at)) this.#handOver(socket, at);
  }

  /** Sockets that a bind in flight kept on the book. */
  settle(): void {
    for (const { socket, goneBy } of this.ports.settled()) this.#handOver(socket, goneBy);
  }

  #handOver(socket: Socket, goneBy: Nanos): void {
    if (!this.doubts.isIntactSince(socket.createdAt)) socket.isIntact = false;
    this.#sink.socketEnded(socket.life(goneBy));
  }

  /** It never returns: its thread ended, or the trace lacks its return. */
  abandonCall(thread: Thread, inFlight: InFlight, at: Nanos, why: 'ended' | 'unpaired'): void {
    if (inFlight.pendingBind !== null) this.ports.bindAbandoned(inFlight.pendingBind);
    if (inFlight.reference !== null) {
      if (why === 'ended') inFlight.reference.endWithProcess(at);
      else inFlight.reference.neverWas(at);
      this.gone(inFlight.reference, at);
    }
    for (const reference of inFlight.taken) {
      thread.table.closing.delete(reference);
      this.gone(reference, at);
    }
    this.settle();
  }

  mark(mark: SocketMark, event: MarkEvent): void {
    this.isMarked = true;
    if (mark.moment === 'closed') this.counts.closes++;
    const address = `${mark.network} ${mark.address}`;
    const { pid, at } = event;
    if (mark.network === 'tcp') {
      this.doubts.add({
        code: 'tcp-not-judged',
        address,
        pid,
        at,
        text: 'TCP sockets are recorded and not judged yet',
      });
    }
    const { found } = this.marks.apply(mark, event);
    if (found === 'one') return;
    const which = found === 'none' ? 'no socket' : 'several sockets';
    const code = found === 'none' ? 'unmatched-mark' : 'ambiguous-mark';
    this.doubts.add({
      code,
      address,
      pid,
      at,
      text: `the mark "${mark.moment}" fits ${which} of the process`,
    });
  }

  #newSocket(
    thread: { readonly process: { readonly pid: Socket['pid'] }; readonly tid: Tid },
    family: 'inet' | 'inet6',
    network: 'udp' | 'tcp',
    createdAt: Nanos,
    owner: number | null,
  ): Socket {
    this.#sockets++;
    return new Socket({
      number: this.#sockets,
      family,
      network,
      pid: thread.process.pid,
      tid: thread.tid,
      createdAt,
      owner,
    });
  }
}

function familyOf(domain: number): 'inet' | 'inet6' | null {
  if (domain === abi.AF_INET) return 'inet';
  return domain === abi.AF_INET6 ? 'inet6' : null;
}

/** UDP-Lite and ping sockets have port tables of their own; raw sockets have none. */
function networkOf(call: { readonly type: number; readonly protocol: number }): 'udp' | 'tcp' | null {
  const type = call.type & abi.SOCK_TYPE_MASK;
  if (type === abi.SOCK_STREAM) return 'tcp';
  if (type !== abi.SOCK_DGRAM) return null;
  return call.protocol === 0 || call.protocol === abi.IPPROTO_UDP ? 'udp' : null;
}
