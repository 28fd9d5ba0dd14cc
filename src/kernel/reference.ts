import type { CallName } from '../trace/event.ts';
import type { Fd, Nanos, Pid, Tid } from '../trace/ids.ts';
import type { Origin, ReferenceLife, Release } from './ledger.ts';
import type { Socket } from './socket.ts';

/** Where a reference comes from; `sure` false: it may never have existed. */
export interface ReferenceSource {
  readonly kind: 'descriptor' | 'call';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  readonly call: CallName | null;
  readonly origin: Origin;
  readonly openedAt: Nanos;
  readonly sure: boolean;
}

interface MutableRelease {
  tid: Tid;
  call: CallName;
  enteredAt: Nanos;
  returnedAt: Nanos | null;
}

/**
 * One reference to a socket's open file description: held -> ending (the call that takes it away has been
 * entered) -> gone. A socket's file and the socket live equally long, so the socket stands for both.
 */
export class Reference implements ReferenceLife {
  readonly socket: Socket;
  readonly kind: 'descriptor' | 'call';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  readonly call: CallName | null;
  readonly origin: Origin;
  readonly openedAt: Nanos;
  sure: boolean;
  closeOnExec = false;
  certainUntil: Nanos | null = null;
  goneBy: Nanos | null = null;
  endedWithProcess = false;
  /** False: it turned out that it never was a reference. */
  wasPossible = true;
  #release: MutableRelease | null = null;
  #processEndedAt: Nanos | null = null;

  constructor(socket: Socket, source: ReferenceSource) {
    this.socket = socket;
    this.kind = source.kind;
    this.pid = source.pid;
    this.tid = source.tid;
    this.fd = source.fd;
    this.call = source.call;
    this.origin = source.origin;
    this.openedAt = source.openedAt;
    this.sure = source.sure;
  }

  get releasedBy(): Release | null {
    return this.endedWithProcess ? null : this.#release;
  }

  /** Held, and nothing has begun to take it away. */
  get isCertain(): boolean {
    return this.sure && this.certainUntil === null;
  }

  get isGone(): boolean {
    return this.goneBy !== null;
  }

  /** Not known to have been given back: no call that takes it away has returned, and its process has not ended. */
  get isLeft(): boolean {
    return this.goneBy === null && !this.endedWithProcess && (this.#release?.returnedAt ?? null) === null;
  }

  /** A call that takes it away was entered. The first one counts. */
  beginRelease(by: { tid: Tid; call: CallName }, at: Nanos): void {
    if (this.certainUntil !== null) return;
    this.certainUntil = at;
    this.#release = { tid: by.tid, call: by.call, enteredAt: at, returnedAt: null };
  }

  /** The call failed: nothing was taken. */
  cancelRelease(): void {
    if (this.endedWithProcess) return;
    this.certainUntil = null;
    this.#release = null;
    if (this.#processEndedAt !== null) this.endWithProcess(this.#processEndedAt);
  }

  releaseReturned(at: Nanos): void {
    if (this.#release !== null) this.#release.returnedAt ??= at;
  }

  /** The process that holds it ends: no call of the program gave it back. */
  endWithProcess(at: Nanos): void {
    this.#processEndedAt ??= at;
    if (this.certainUntil !== null) return;
    this.certainUntil = at;
    this.endedWithProcess = true;
  }

  /** The trace ends: it was certainly there until then. */
  endWithTrace(at: Nanos): void {
    this.certainUntil ??= at;
  }

  /** A call in flight where the trace ends: whether it found the descriptor is not known. */
  neverProven(at: Nanos): void {
    this.sure = false;
    this.certainUntil ??= at;
  }

  /** It turned out that the call found no descriptor (EBADF): it never was a reference. */
  neverWas(): void {
    this.sure = false;
    this.wasPossible = false;
    this.certainUntil ??= this.openedAt;
  }

  /** Possibly there at some moment of the interval. */
  possibleWithin(from: Nanos, to: Nanos): boolean {
    return this.openedAt <= to && (this.goneBy === null || this.goneBy >= from);
  }
}
