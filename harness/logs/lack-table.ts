/** What can be missing from a log, and what can not be concluded for that reason: docs/logs.md tells it for people. */
import type { LackEffect } from '../../src/verdict/log-effects.ts';

export interface Lack {
  readonly code: LackCode;
  /** What is not in the log, a sentence without a full stop. */
  readonly what: string;
  /** What can not be concluded, likewise. */
  readonly cannot: string;
  readonly effect: LackEffect;
}

export type LackCode =
  | 'addresses'
  | 'answers'
  | 'binds'
  | 'closes'
  | 'entries'
  | 'forks'
  | 'ids'
  | 'options'
  | 'order'
  | 'other-closes'
  | 'receives'
  | 'returns'
  | 'rules'
  | 'sockets'
  | 'start'
  | 'times';

export const lacking = {
  answers: {
    code: 'answers',
    what: 'Only the entries of binds are in it, without their answers',
    cannot: 'whether a bind was refused is not known, and who held the address even less',
    effect: 'findings',
  },
  binds: {
    code: 'binds',
    what: 'No bind is in it',
    cannot: 'there is nothing to judge',
    effect: 'clean',
  },
  order: {
    code: 'order',
    what: 'The threads are in files of their own (-ff), with times to the second, relative times or none at all',
    cannot: 'what happened in one thread before something in another is not known: no holder can be named',
    effect: 'findings',
  },
  returns: {
    code: 'returns',
    what: 'The threads are in files of their own (-ff), without -T: when a call came back is not told',
    cannot: 'a call that may have been in flight can be named, and is never certain',
    effect: 'none',
  },
  start: {
    code: 'start',
    what: 'It does not begin with the start (execve) of a program',
    cannot: 'sockets that were open before it begins are not known',
    effect: 'clean',
  },
  none: {
    code: 'times',
    what: 'It has no time stamps',
    cannot: 'the order is known, no length of time is',
    effect: 'none',
  },
  'whole-seconds': {
    code: 'times',
    what: 'Its time stamps are whole seconds',
    cannot: 'the order is known, lengths of time are not',
    effect: 'none',
  },
  addresses: {
    code: 'addresses',
    what: 'dtruss prints the address of a bind as a pointer',
    cannot: 'which address was asked for is not known, and so nobody can say who held it',
    effect: 'findings',
  },
  entries: {
    code: 'entries',
    what: 'dtruss prints a call when it has come back, and its times are processor times of single threads',
    cannot: 'which calls were in flight at a close or a bind is not known',
    effect: 'findings',
  },
  rules: {
    code: 'rules',
    what: 'It was made on macOS, and the replay knows the rules of Linux; neither was tried there',
    cannot: 'which sockets block a bind, and when a socket is released, is taken for as it is on Linux',
    effect: 'findings',
  },
  ids: {
    code: 'ids',
    what: 'It has no column PID/THRD',
    cannot: 'processes and threads can not be told apart',
    effect: 'findings',
  },
} as const satisfies Record<string, Lack>;

export interface CallGroup {
  readonly names: readonly string[];
  readonly lack: Lack;
}

/** In a log that seems filtered: one of each has to occur. */
export const callGroups: readonly CallGroup[] = [
  { names: ['bind'], lack: lacking.binds },
  {
    names: ['socket'],
    lack: {
      code: 'sockets',
      what: 'No socket call is in it',
      cannot: 'what a descriptor is, and where a number given out again begins, is not known',
      effect: 'findings',
    },
  },
  {
    names: ['close', 'guarded_close_np'],
    lack: {
      code: 'closes',
      what: 'No close call is in it',
      cannot: 'a descriptor that looks open may have been closed: no holder is certain',
      effect: 'findings',
    },
  },
  {
    names: ['dup2', 'dup3', 'close_range', 'mmap', 'openat', 'epoll_create1', 'eventfd2'],
    lack: {
      code: 'other-closes',
      what: 'No dup2, dup3 or close_range is in it, and perhaps they were not recorded',
      cannot: 'a descriptor of which no close was seen may be closed all the same',
      effect: 'unproven-closes',
    },
  },
  {
    names: ['recvfrom', 'recvmsg', 'recvmmsg', 'read', 'readv', 'recvmsg_x'],
    lack: {
      code: 'receives',
      what: 'No receive call (recvfrom, recvmsg, recvmmsg, read) is in it',
      cannot: 'calls in flight can not be seen, and they hold a port when its descriptor is closed',
      effect: 'clean',
    },
  },
  {
    names: ['clone', 'clone3', 'fork', 'vfork', 'posix_spawn'],
    lack: {
      code: 'forks',
      what: 'No clone, clone3, fork or vfork is in it',
      cannot:
        'what a child process has from its parent is not known, nor always what is a thread and what a process',
      effect: 'clean',
    },
  },
  {
    names: ['setsockopt'],
    lack: {
      code: 'options',
      what: 'No setsockopt is in it',
      cannot: 'SO_REUSEADDR and SO_REUSEPORT, which let a bind pass, are not known',
      effect: 'none',
    },
  },
];
