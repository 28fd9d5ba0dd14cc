import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import { ConflictQueue } from './conflict-queue.ts';
import { DoubtBook } from './doubt-book.ts';
import type { BindJudgement, LedgerSink, Origin } from './ledger.ts';
import { IdentityBook } from './identity-book.ts';
import { MarkBook } from './mark-book.ts';
import { PortBook } from './port-book.ts';
import type { InFlight, Thread } from './process-table.ts';
import { Reference } from './reference.ts';
import type { FdTable, PendingCopy } from './fd-table.ts';
import { Socket, type SocketSource } from './socket.ts';

export interface BooksOptions {
  readonly closeReleasesInCall: boolean;
  readonly onBind?: ((judgement: BindJudgement) => void) | undefined;
}

/** References and sockets of one run: made, taken away, gone; and what is handed to the ledger then. */
export class RunBooks {
  readonly counts = { cycles: 0, binds: 0, addressInUse: 0, closes: 0, marks: 0 };
  readonly ports = new PortBook();
  readonly marks = new MarkBook();
  readonly doubts: DoubtBook;
  readonly conflicts: ConflictQueue;
  readonly onBind: BooksOptions['onBind'];
  /** The run says itself what it closes; otherwise the close of the last descriptor counts. */
  isMarked = false;
  /** Some event has told the identity of a socket, or that there is none. */
  tellsIdentity = false;
  tellsReleases = false;
  readonly identities = new IdentityBook();
  /** Possible references of messages that nobody has been seen to receive (message.ts). */
  readonly underWay = new Set<Reference>();
  /**
   * The last ones that the calls tell of, whose close has not released the socket: the kernel itself still held
   * it for a moment (epoll_wait asking it, somebody reading /proc/PID/fd), and releases it there.
   */
  readonly unreleased = new Set<Reference>();
  /** Whose user the run began as; null: no call has told. */
  firstOwner: number | null = null;
  readonly #sink: LedgerSink;
  readonly #options: BooksOptions;
  #sockets = 0;

  constructor(sink: LedgerSink, options: BooksOptions) {
    this.#sink = sink;
    this.#options = options;
    this.onBind = options.onBind;
    this.doubts = new DoubtBook(sink);
    this.conflicts = new ConflictQueue((bind) => {
      sink.bindFailed(bind);
    });
  }

  descriptor(
    thread: Thread,
    socket: Socket,
    origin: Origin,
    number: Fd,
    at: Nanos,
    sure: boolean,
  ): Reference {
    for (const missed of thread.table.take(number, at)) this.#closeMissed(thread, missed, at);
    const reference = new Reference(socket, {
      kind: 'descriptor',
      pid: thread.process.pid,
      tid: thread.tid,
      fd: number,
      call: null,
      origin,
      openedAt: at,
      sure: sure && !thread.table.mayBeClosing(number),
    });
    thread.table.put(reference);
    this.add(thread, reference);
    return reference;
  }

  #closeMissed(thread: Thread, missed: Reference, at: Nanos): void {
    if (missed.sure) {
      const text = `descriptor ${missed.fd} was given out again although no close of it was seen`;
      const { address } = missed.socket;
      this.doubts.add({ code: 'contradiction', address, pid: thread.process.pid, at, text });
    }
    missed.sure = false;
    missed.endWithProcess(at);
    this.gone(missed, at);
  }

  /** What a thread still comes by after exit_group was entered ends with its process. */
  add(thread: Thread, reference: Reference): void {
    if (thread.process.isEnding) reference.endWithProcess(reference.openedAt);
    reference.socket.references.push(reference);
  }

  callReturned(thread: Thread, reference: Reference, event: ReturnEvent): void {
    if (!event.result.ok && event.result.errno === 'EBADF') {
      reference.neverWas();
      return this.gone(reference, event.at);
    }
    if (!reference.wasPossible) {
      const text = `${event.name} came back from a socket that a bind had shown to be gone`;
      const { address } = reference.socket;
      this.doubts.add({ code: 'contradiction', address, pid: event.pid, at: event.at, text });
    }
    reference.beginRelease({ tid: thread.tid, call: event.name }, event.at);
    reference.releaseReturned(event.at);
    this.dropped(thread, reference, event.at);
  }

  /** The call that takes it away has succeeded. */
  taken(thread: Thread, reference: Reference, event: ReturnEvent): void {
    reference.releaseReturned(event.at);
    for (const other of thread.process.threads.values()) {
      const call = other.inFlight?.call;
      if (call !== undefined && 'descriptors' in call && call.descriptors > 0) {
        this.doubts.blindSpot(other, call.name, event.at);
      }
    }
    this.#closedByCall(thread, reference, event.at);
    if (event.name !== 'close' || !this.#options.closeReleasesInCall)
      this.dropped(thread, reference, event.at);
    else if (this.#awaitsRelease(reference)) this.unreleased.add(reference);
    else this.gone(reference, event.at);
  }

  #awaitsRelease({ isGone, socket }: Reference): boolean {
    const { references, network, inode, released } = socket;
    if (isGone || references.length > 1) return false;
    return this.tellsReleases && network === 'udp' && inode !== null && released === null;
  }

  /** In a run without marks the close(2) that takes the last descriptor is what `closed` means. */
  #closedByCall(thread: Thread, reference: Reference, at: Nanos): void {
    const { socket } = reference;
    if (this.isMarked || socket.closed !== null) return;
    for (const other of socket.references) {
      if (other !== reference && other.kind === 'descriptor' && other.isLeft) return;
    }
    socket.closed = { at, pid: thread.process.pid, tid: thread.tid, by: 'close' };
  }

  /** @param pending null: the copy is made at once, and at an unknown moment of the call */
  unshareTable(thread: Thread, at: Nanos, pending: PendingCopy | null): void {
    const { table, process, tid } = thread;
    if (table.users < 2 || process.isEnding) return;
    const own = table.copy({ pid: process.pid, tid, at }, pending);
    table.users--;
    own.users = 1;
    thread.table = own;
  }

  /** What a copy of the table may have kept alive until it was made. */
  copyEnded(table: FdTable, pending: PendingCopy | null, at: Nanos): void {
    if (pending === null) return;
    for (const reference of table.endCopy(pending)) this.gone(reference, at);
  }

  /** The call that dropped it is back; if it was the last, the kernel releases before this thread's next user code. */
  dropped(thread: Thread, reference: Reference, at: Nanos): void {
    if (reference.socket.hasCertainDescriptor) this.gone(reference, at);
    else thread.tails.push(reference);
  }

  flushTails(thread: Thread, at: Nanos): void {
    const { tails } = thread;
    thread.tails = [];
    for (const reference of tails) this.gone(reference, at);
  }

  gone(reference: Reference, at: Nanos): void {
    if (reference.isGone) return;
    const { socket } = reference;
    const goneBy = socket.released?.at ?? at;
    reference.goneBy = goneBy;
    this.underWay.delete(reference);
    this.unreleased.delete(reference);
    socket.retire(reference);
    this.conflicts.gone(reference);
    if (socket.isGone && this.ports.socketEnded(socket, goneBy)) this.#handOver(socket, goneBy);
  }

  /** Sockets that a bind in flight kept on the book. */
  settle(): void {
    for (const { socket, goneBy } of this.ports.settled()) this.#handOver(socket, goneBy);
  }

  #handOver(socket: Socket, goneBy: Nanos): void {
    // That the run makes no marks is a fact only if none was lost.
    const isIntact =
      socket.closed?.by === 'close' ? this.doubts.isWhole : this.doubts.isIntactSince(socket.createdAt);
    if (this.tellsReleases && socket.network === 'udp' && socket.inode !== null && socket.released === null) {
      const text = `by the calls in the trace socket ${socket.number} is gone, and the kernel has not released it`;
      const { address, pid } = socket;
      this.doubts.add({ code: 'identity-disagrees', address, pid, at: goneBy, text });
    }
    this.identities.forget(socket);
    this.#sink.socketEnded(socket.life(goneBy, isIntact));
  }

  /** It never returns: its thread ended, or the trace lacks its return. */
  abandonCall(thread: Thread, inFlight: InFlight, at: Nanos, why: 'dying' | 'dead' | 'unpaired'): void {
    if (inFlight.pendingBind !== null) this.ports.bindAbandoned(inFlight.pendingBind);
    if (inFlight.reference !== null) {
      if (why === 'unpaired') inFlight.reference.neverWas();
      else inFlight.reference.endWithProcess(at);
      if (why === 'dying') thread.process.endedCalls.push(inFlight.reference);
      else this.gone(inFlight.reference, at);
    }
    if (inFlight.closing !== null) thread.table.endClosing(inFlight.closing);
    for (const reference of inFlight.taken) {
      // dup2 and exec leave what they may take in its slot.
      if (!thread.table.has(reference)) this.gone(reference, at);
    }
    this.copyEnded(thread.table, inFlight.pendingCopy, at);
    this.settle();
  }

  /** socket(2) tells the thread's fsuid, under a tracer in the kernel. */
  ownerTold(thread: Thread, owner: number): void {
    if (thread.owner === null) this.firstOwner ??= owner;
    thread.owner = owner;
  }

  newSocket(thread: Thread, source: Pick<SocketSource, Inherited>, createdAt: Nanos): Socket {
    this.#sockets++;
    const { family, network, owner, isMultipath } = source;
    const { process, tid } = thread;
    const number = this.#sockets;
    return new Socket({ number, family, network, owner, isMultipath, pid: process.pid, tid, createdAt });
  }
}

/** What a socket has from its call, or from its listener. */
type Inherited = 'family' | 'network' | 'owner' | 'isMultipath';
