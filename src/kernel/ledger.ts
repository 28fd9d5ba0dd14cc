/**
 * What the replay leaves: lives of references and sockets, and binds that failed. Only the replay makes
 * these values; findings read them. Each is handed over when nothing about it can change any more, so that
 * memory does not grow with the trace.
 *
 * Every life has a certain and a possible interval: effects happen between a call's entry and its return,
 * and some releases shortly after it.
 */
import type { CallName } from '../trace/event.ts';
import type { Fd, Nanos, Pid, Tid } from '../trace/ids.ts';
import type { Doubt } from '../verdict/doubt.ts';

/**
 * How a reference came to be. `inherited`: it was there before the trace. `received`: it came in a message
 * (SCM_RIGHTS), is on its way in one, or was taken by pidfd_getfd.
 */
export type Origin = 'socket' | 'accept' | 'dup' | 'fork' | 'inherited' | 'received' | 'call';

/** The call that took a reference away. */
export interface Release {
  readonly tid: Tid;
  readonly call: CallName;
  readonly enteredAt: Nanos;
  /** Null: it had not returned when the trace ended, or never returns (exit). */
  readonly returnedAt: Nanos | null;
}

/** One reference to an open file description: a descriptor in a table, or a call in flight. */
export interface ReferenceLife {
  readonly kind: 'descriptor' | 'call';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  readonly call: CallName | null;
  readonly origin: Origin;
  readonly openedAt: Nanos;
  /** False: it may never have existed (a call that may have found the number closed; a fork that raced with a close). */
  readonly sure: boolean;
  /** It was certainly there until now; null: still. */
  readonly certainUntil: Nanos | null;
  /** It was certainly gone by now; null: nothing proves that yet. */
  readonly goneBy: Nanos | null;
  /** Null: still there, or its process ended. */
  readonly releasedBy: Release | null;
  readonly endedWithProcess: boolean;
}

/** A moment that a mark gave, or that the replay derived where the run makes no marks. */
export interface Moment {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly by: 'mark' | 'close' | 'bind';
}

/** When, and in which thread, the kernel released a socket. */
export interface TrueRelease {
  readonly at: Nanos;
  /** It was over by then: until there the address may have been taken. */
  readonly until: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
}

export interface SocketLife {
  /** 1, 2, ... in order of creation within the run. */
  readonly number: number;
  /** The N of `socket:[N]` in /proc; null: the tracer does not tell. */
  readonly inode: number | null;
  readonly network: 'udp' | 'tcp';
  readonly createdAt: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  /** `127.0.0.1:3001`; null: never bound, or the kernel's choice is not known. */
  readonly address: string | null;
  /** Return of its bind. Null: not bound by bind(2). */
  readonly boundAt: Nanos | null;
  readonly cycle: number | null;
  readonly closing: Moment | null;
  readonly closed: Moment | null;
  /** The earliest, after `closed`, of the mark `done` and the entry of a bind that this socket alone would block. */
  readonly freePoint: Moment | null;
  readonly shutDownAt: Nanos | null;
  /** Entry of the first close, dup2, ... of one of its descriptors. */
  readonly firstCloseAt: Nanos | null;
  /** Those that were left when it began to be closed, and later ones; at most `referencesKept`. */
  readonly references: readonly ReferenceLife[];
  /** The release, where the tracer tells it; else the end of the last certain reference, null: there never was one. */
  readonly certainUntil: Nanos | null;
  /** Told by a hook in the kernel; null: the tracer does not tell. */
  readonly released: TrueRelease | null;
  /** By now the kernel has released it. */
  readonly goneBy: Nanos;
  /** The last certain reference ended with its process: nothing ever released it. */
  readonly endedWithProcess: boolean;
  /** No loss lies between its creation and its end; without marks: none before its end at all. */
  readonly intact: boolean;
}

/** A bind or listen that failed with EADDRINUSE; of the two that one net.Listen of Go makes, the first. */
export interface FailedBind {
  readonly call: 'bind' | 'listen';
  readonly network: 'udp' | 'tcp';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  readonly enteredAt: Nanos;
  readonly returnedAt: Nanos;
  /** Null: the tracer could not read it. */
  readonly address: string | null;
  readonly cycle: number | null;
  readonly holders: readonly HoldingSocket[];
  /** A bound socket whose port the trace does not tell might be the holder. */
  readonly unknownPorts: boolean;
  /** It asked for port 0: the range is used up, nobody in particular holds it. */
  readonly anyPort: boolean;
  /** TCP: numbers of sockets of which a connection may still have the port: they have ended, or ask for it anew. */
  readonly leftConnections: readonly number[];
  /** No loss lies between the creation of the oldest socket involved and the return of this call. */
  readonly intact: boolean;
  /** Nothing is missing from the run so far: a mark that names a holder's address was not lost. */
  readonly marksIntact: boolean;
}

/** A socket that blocked a bind, as it was at the entry of that bind. */
export interface HoldingSocket {
  readonly socket: SocketView;
  /** Every reference that it possibly had at some moment of the bind. */
  readonly references: readonly ReferenceLife[];
  /** Its own bind had returned when this one was entered. */
  readonly boundBefore: boolean;
  readonly pastClosing: boolean;
  /** The run makes marks that name its address. */
  readonly marked: boolean;
}

/** The part of a socket that a failed bind tells; later fields fill up until the record is handed over. */
export type SocketView = Pick<
  SocketLife,
  | 'number'
  | 'inode'
  | 'address'
  | 'createdAt'
  | 'boundAt'
  | 'pid'
  | 'tid'
  | 'closing'
  | 'closed'
  | 'freePoint'
  | 'shutDownAt'
  | 'firstCloseAt'
  | 'released'
>;

/** What the books said about a bind whose answer is known: what a test, or a second tracer, can hold against it. */
export interface BindJudgement {
  readonly call: 'bind' | 'listen';
  readonly network: 'udp' | 'tcp';
  /** Which is to be bound, by its number in the run. */
  readonly socket: number;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  readonly enteredAt: Nanos;
  readonly returnedAt: Nanos;
  readonly address: string;
  /** `undetermined`: what may stand in its way may have been gone, or the trace does not tell its port or where it went. */
  readonly predicted: 'free' | 'blocked' | 'undetermined';
  /** What leaves an undetermined one open; else empty. */
  readonly openBy: readonly Uncertainty[];
  /** `blocked`: EADDRINUSE. A bind that failed for another reason is not judged. */
  readonly answered: 'free' | 'blocked';
  /** Those in its way, in the order in which the kernel meets them. */
  readonly holders: readonly SocketView[];
}

/**
 * Why the books can not tell what a bind is answered. `holder`: one in the way may be gone; `hidden`: a socket, or
 * what is done to it, went where the trace does not follow; `connection`: one may still have the port, in a timed
 * state or until its peer resets it; `address`: one of the kernel's choice, which nothing has told; `bucket`: what
 * the port of TCP remembers of SO_REUSEPORT; `blind-spot`: a call that may hold or move anything.
 */
export type Uncertainty = 'holder' | 'hidden' | 'connection' | 'address' | 'bucket' | 'blind-spot';

export interface LedgerSink {
  socketEnded(life: SocketLife): void;
  bindFailed(bind: FailedBind): void;
  doubt(doubt: Omit<Doubt, 'run'>): void;
}

/** Counted by the replay, for the figures of the run and the comparison with its claims. */
export interface LedgerCounts {
  readonly cycles: number;
  readonly binds: number;
  readonly addressInUse: number;
  readonly closes: number;
  readonly marks: number;
}

export const referencesKept = 64;
