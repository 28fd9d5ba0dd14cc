/**
 * What a tracer saw, as a closed union: one decoded edge (entry or return) of one system call, a
 * process event, a mark, or a loss. Only decoders make events; nobody changes them.
 */
import type { SocketAddress } from './address.ts';
import type { Fd, Nanos, Pid, Tid } from './ids.ts';

export type TraceEvent =
  EnterEvent | ReturnEvent | ForkEvent | ExitEvent | MarkEvent | ReleaseEvent | LossEvent;

interface At {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
}

/** Which socket a descriptor led to, as the kernel itself says it: only a tracer inside the kernel can tell. */
export interface SocketIdentity {
  /** Inode of the socket's file, the N of `socket:[N]` in /proc. No two sockets have it at one time. */
  readonly inode: number;
  /** The kernel's cookie of the socket, unique until the next boot. Null: it has none yet. */
  readonly cookie: number | null;
  /** Its local port in host order at that moment; 0: it had none. */
  readonly port: number;
}

/** A thread entered a call: its effect comes after this moment. */
export interface EnterEvent extends At {
  readonly kind: 'enter';
  readonly call: Call;
  /** Behind the descriptor that the call names. Undefined: the tracer does not tell; null: no socket. */
  readonly socket?: SocketIdentity | null;
  /**
   * The call was entered then already, and is told only now, before the first change of its process that it
   * overlaps. Nothing that matters to it lies between. Undefined: it was entered at `at`.
   */
  readonly since?: Nanos;
}

/** A call came back: its effect came before this moment (some releases come after; kernel/release.ts). */
export interface ReturnEvent extends At {
  readonly kind: 'return';
  readonly name: CallName;
  readonly result: CallResult;
  /** bind and connect: what was asked for; getsockname, accept: what the kernel answered. Null: not readable. */
  readonly address?: SocketAddress | null;
  /** sendmsg, sendmmsg: the message carried descriptors (SCM_RIGHTS). */
  readonly passesDescriptors?: true;
  /**
   * Behind the descriptor that the call made (socket, accept, dup, F_DUPFD), else behind the one that it named.
   * Undefined: the tracer does not tell; null: no socket.
   */
  readonly socket?: SocketIdentity | null;
}

/**
 * A child exists and has (or shares) its parent's table. Emitted at the child's first sign of life.
 * Threads are announced too (`child === parent`, another tid).
 */
export interface ForkEvent extends At {
  readonly kind: 'fork';
  readonly parent: Pid;
  /** The thread that called clone, where the tracer knows it. */
  readonly parentTid: Tid | null;
}

/** A thread is gone. `last`: it was the last of its process, whose table is dropped at about this time. */
export interface ExitEvent extends At {
  readonly kind: 'exit';
  readonly last: boolean;
}

/** A message of the program or the launcher, made by a harmless call with a path argument. */
export interface MarkEvent extends At {
  readonly kind: 'mark';
  readonly text: string;
}

/** The kernel releases a socket, in this thread: its true end, told by a hook in the kernel where that begins. */
export interface ReleaseEvent extends At {
  readonly kind: 'release';
  /**
   * It was over by then: until there the address may still be taken, since a thread can lose its processor in between.
   * Undefined: it was over a moment later.
   */
  readonly until?: Nanos;
  /** Null: the tracer could not read it. */
  readonly inode: number | null;
  readonly cookie: number | null;
}

/** Something is missing here. */
export interface LossEvent {
  readonly kind: 'loss';
  readonly at: Nanos;
  /** Null: it may concern any process of the session. */
  readonly pid: Pid | null;
  /** `moment`: what is missing lies at about `at`; `anywhere`: it may lie anywhere in the session. */
  readonly extent: 'moment' | 'anywhere';
  readonly reason: LossReason;
  /** How many events are missing; null: not known. */
  readonly count: number | null;
  /** For people; may hold bytes of the traced program: escape it. */
  readonly text: string;
}

export type LossReason =
  | 'dropped' // the tracer says that it dropped events
  | 'count-mismatch' // counted in the kernel, not delivered (or the reverse)
  | 'unparsed' // a line or record that no decoder rule fits
  | 'truncated' // the trace ends without its end line
  | 'probe-error' // a probe could not read its argument
  | 'unpaired' // a return without its entry, or the reverse
  | 'disorder' // an event older than the reorder window
  | 'unordered' // nothing tells in which order the events of different threads came
  | 'not-followed' // threads or processes ran whose events are not in the trace
  | 'tracer-died';

export type CallResult =
  | { readonly ok: true; readonly value: number }
  /** The symbolic name (`EADDRINUSE`), since numbers differ between systems; `E<number>` where unknown. */
  | { readonly ok: false; readonly errno: string };

export const receiveCalls = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'] as const;
export const sendCalls = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg'] as const;
export const pollCalls = ['poll', 'ppoll', 'select', 'pselect6'] as const;
export type PollCall = (typeof pollCalls)[number];
export type TransferCall = (typeof receiveCalls)[number] | (typeof sendCalls)[number];

/**
 * A call as it was entered: only the arguments that the replay needs. Numbers (families, options, flags)
 * are Linux's; a decoder for another system translates.
 */
export type Call =
  | {
      readonly name: 'socket';
      readonly domain: number;
      readonly type: number;
      readonly protocol: number;
      /** The thread's fsuid, where the tracer can read it: it owns the socket. */
      readonly owner?: number;
    }
  | { readonly name: 'socketpair' }
  /** `address` undefined: the tracer gives it with the return; null: not readable. */
  | {
      readonly name: 'bind' | 'connect';
      readonly fd: Fd;
      readonly address?: SocketAddress | null;
    }
  | { readonly name: 'listen' | 'getsockname' | 'dup'; readonly fd: Fd }
  | { readonly name: 'accept' | 'accept4'; readonly fd: Fd; readonly flags: number }
  | { readonly name: 'shutdown'; readonly fd: Fd; readonly how: number }
  | {
      readonly name: 'setsockopt';
      readonly fd: Fd;
      readonly level: number;
      readonly option: number;
      /** A number for integer options, text for SO_BINDTODEVICE, null where not readable or not of interest. */
      readonly value: number | string | null;
    }
  | { readonly name: 'close'; readonly fd: Fd }
  | { readonly name: 'close_range'; readonly first: number; readonly last: number; readonly flags: number }
  | { readonly name: 'dup2'; readonly fd: Fd; readonly to: Fd }
  | { readonly name: 'dup3'; readonly fd: Fd; readonly to: Fd; readonly flags: number }
  | { readonly name: 'fcntl'; readonly fd: Fd; readonly command: number; readonly argument: number }
  | { readonly name: 'ioctl'; readonly fd: Fd; readonly request: number }
  | { readonly name: 'fchown'; readonly fd: Fd; readonly owner: number }
  | { readonly name: TransferCall; readonly fd: Fd }
  /** `flags` null: not readable (then threads and processes are told apart by the ForkEvent). */
  | { readonly name: 'clone' | 'clone3' | 'fork' | 'vfork'; readonly flags: number | null }
  /** `owner`: the fsuid that the call asks for; null: it leaves it as it is. */
  | {
      readonly name: 'setuid' | 'setreuid' | 'setresuid' | 'setfsuid';
      readonly owner: number | null;
    }
  | { readonly name: 'unshare'; readonly flags: number }
  | { readonly name: 'setns' }
  | { readonly name: 'execve' | 'execveat'; readonly path: string | null }
  | { readonly name: 'exit' | 'exit_group' }
  | { readonly name: 'wait4' | 'waitid' }
  /** While one is in flight it holds every file that it waits for (__pollwait in fs/select.c); which, no tracer tells. */
  | {
      readonly name: PollCall;
      /** 0: it waits for nothing, it only sleeps (usleep in the runtime of Go up to 1.9). */
      readonly descriptors: number;
    }
  /** Calls that move descriptors in ways that the tracer can not follow: a blind spot, told as a doubt. */
  | { readonly name: 'io_uring_setup' | 'pidfd_getfd' };

export type CallName = Call['name'];
