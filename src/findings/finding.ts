/** A finding: what was still held, by whom, and the events that prove it (definitions: docs/glossary.md). */
import type { CallName } from '../trace/event.ts';
import type { Fd, Nanos, Pid, Tid } from '../trace/ids.ts';
import type { Origin, Release } from '../kernel/ledger.ts';

export type { Origin, Release };

export const findingCodes = ['conflict', 'linger', 'leak'] as const;
export type FindingCode = (typeof findingCodes)[number];

export type ConflictCause =
  /** A holder was past `closing`, one of its descriptors had been closed, or it had been shut down. */
  | 'after-close'
  /** Nothing had begun to close any holder. */
  | 'still-open';

/** Why the socket outlived its free point, told by the references that were left then. */
export type LingerCause =
  /** A descriptor was still in the table: its close(2) came later or never. */
  | 'descriptor-open'
  /** No descriptor was left, only a call in flight. */
  | 'call-in-flight'
  /** A duplicate (dup, fcntl) of a descriptor that had been closed. */
  | 'duplicate'
  /** Another process had it: fork or exec handed it on. */
  | 'other-process';

export interface Finding {
  readonly code: FindingCode;
  readonly cause: ConflictCause | LingerCause;
  /** False: a loss lies between the proof and the moment judged, or one that may lie anywhere. */
  readonly certain: boolean;
  readonly run: string;
  /** `udp 127.0.0.1:3001`. For a conflict, the address that was asked for. */
  readonly address: string;
  /** Conflict: entry of the failed bind. Linger, leak: the free point. */
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  /** The cycle that the program was in by its own mark, if it makes such marks. */
  readonly cycle: number | null;
  /** Conflict: the failed call. */
  readonly failed: FailedCall | null;
  /** Linger, leak: from the free point to the end of the last certain reference, ns. */
  readonly lengthNs: number | null;
  readonly holders: readonly Holder[];
  /** In time order: what a reader needs to see that it is so. */
  readonly evidence: readonly Evidence[];
}

/** Enough of a finding to count it, and to choose those that are kept: most are not. */
export type FindingFacts = Omit<Finding, 'failed' | 'lengthNs' | 'holders' | 'evidence'>;

export interface Found extends FindingFacts {
  /** Looks together who held and what proves it. */
  tell(): Finding;
}

export interface FailedCall {
  readonly call: 'bind' | 'listen';
  readonly fd: Fd;
  readonly enteredAt: Nanos;
  readonly returnedAt: Nanos;
}

/** One reference to the open file description of a socket that held the address. */
export interface Holder {
  /** The socket, by its number in the run (1, 2, ... in order of creation). */
  readonly socket: number;
  /** The N of `socket:[N]` in /proc; null: the tracer does not tell. */
  readonly inode: number | null;
  readonly kind: 'descriptor' | 'call';
  readonly pid: Pid;
  /** The number it has, or had when the call in flight was entered. */
  readonly fd: Fd;
  /** A call in flight: its name. */
  readonly call: CallName | null;
  /** A descriptor: the thread that made it; a call: the thread that is inside. */
  readonly openedByTid: Tid;
  readonly openedAt: Nanos;
  readonly origin: Origin;
  /** False where the reference was only possible at that moment. */
  readonly certain: boolean;
  /** What took this reference away. Null: nothing did, before the last process ended. */
  readonly releasedBy: Release | null;
  /** When the kernel released the socket, by its own word; null: the tracer does not tell. */
  readonly releasedAt: Nanos | null;
  /** Address the holder is bound to, `127.0.0.1:3001`. */
  readonly boundTo: string;
  /** Return of the bind that bound it; null where the kernel chose the port or it was inherited. */
  readonly boundAt: Nanos | null;
}

export interface Evidence {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly what: EvidenceKind;
  readonly fd: Fd | null;
  /** The call or mark, e.g. `bind`, `closed`. */
  readonly name: string;
}

export type EvidenceKind =
  | 'opened'
  | 'bound'
  | 'closing'
  | 'closed'
  | 'free-point'
  | 'call-entered'
  | 'call-returned'
  | 'close-entered'
  | 'close-returned'
  | 'shut-down'
  | 'bind-entered'
  | 'bind-failed'
  | 'released'
  | 'process-ended';
