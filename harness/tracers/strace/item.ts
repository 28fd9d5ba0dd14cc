/** What a line says, before it is known to which process its thread belongs. */
import type { SocketAddress } from '../../../src/trace/address.ts';
import type { Call, CallName, CallResult, LossReason } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';

export type Item = EnterItem | ReturnItem | MarkItem | ExitItem | SupersededItem | LossItem;

interface OfThread {
  readonly at: Nanos;
  /** 0: the line names no thread. */
  readonly tid: number;
}

export interface EnterItem extends OfThread {
  readonly kind: 'enter';
  readonly call: Call;
}

export interface ReturnItem extends OfThread {
  readonly kind: 'return';
  readonly name: CallName;
  readonly result: CallResult;
  readonly address?: SocketAddress | null;
  /** clone: the flags, where they are printed with the answer (strace before 4.18). */
  readonly cloneFlags?: number | null;
  /** sendmsg, sendmmsg: the message carried descriptors (SCM_RIGHTS). */
  readonly passesDescriptors?: true;
  /** False: it came back between `at` and the thread's next line. */
  readonly isTimed: boolean;
}

export interface MarkItem extends OfThread {
  readonly kind: 'mark';
  readonly text: string;
}

export interface ExitItem extends OfThread {
  readonly kind: 'exit';
}

/** The thread `from` has become the first one of its process, `tid`, by execve. */
export interface SupersededItem extends OfThread {
  readonly kind: 'superseded';
  readonly from: number;
}

export interface LossItem {
  readonly kind: 'loss';
  readonly at: Nanos;
  /** Null: it may concern any thread. */
  readonly tid: number | null;
  readonly extent: 'moment' | 'anywhere';
  readonly reason: LossReason;
  readonly text: string;
}

/** A call that makes a thread or a process. */
export function isFork(name: CallName): boolean {
  return name === 'clone' || name === 'clone3' || name === 'fork' || name === 'vfork';
}
