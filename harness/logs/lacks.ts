/**
 * What a log does not tell, what can not be concluded for that reason, and which command would tell it. Pure. A lack
 * is found from what kinds of calls occur at all, from what the format is able to say, and from what the head of the
 * log says.
 */
import type { LogContent } from '../../src/verdict/log-analysis.ts';
import type { LackEffect } from '../../src/verdict/log-effects.ts';
import { recordingCommands } from './recording-commands.ts';
import type { LogFormat } from './recognition.ts';

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
  | 'sockets'
  | 'start'
  | 'times';

export interface LogFacts {
  readonly format: LogFormat;
  /** Names of the calls that occur. */
  readonly calls: ReadonlySet<string>;
  readonly content: LogContent;
  readonly times: 'none' | 'whole-seconds' | 'told';
  /** Several files of `strace -ff`: whether their lines can be put in order, and the ends of calls with them. */
  readonly threadsApart: 'one-log' | 'ordered' | 'ordered-by-entries' | 'unordered';
  /** Every line names its process and thread. */
  readonly ids: boolean;
}

export interface Advice {
  /** What the command gives, to be read after "for". */
  readonly gives: string;
  readonly command: string;
}

export function lacksOf(facts: LogFacts): readonly Lack[] {
  switch (facts.format) {
    case 'strace':
      return [...straceLacks(facts), ...callLacks(facts)];
    case 'dtruss':
      return [...dtrussLacks(facts), ...callLacks(facts)];
    case 'dtrace':
      return facts.calls.has('bind') ? [] : [lacking.binds];
    case 'bind-hexdump':
      return hexDumpLacks;
  }
}

/** @param unexplained a refused bind for which the log knows no holder; null: none */
export function adviceFor(
  facts: LogFacts,
  lacks: readonly Lack[],
  unexplained: { readonly network: 'udp' | 'tcp'; readonly port: number } | null,
): readonly Advice[] {
  const commands = lacks.length === 0 ? [] : recordingCommands(facts.format);
  if (unexplained === null || facts.format !== 'strace') return commands;
  const { network, port } = unexplained;
  const gives = 'who holds the port right now, if somebody outside the log does';
  return [...commands, { gives, command: `ss -${network === 'udp' ? 'ua' : 'ta'}np 'sport = :${port}'` }];
}

function straceLacks({ content, times, threadsApart }: LogFacts): Lack[] {
  const lacks: Lack[] = [];
  if (threadsApart === 'unordered') lacks.push(lacking.order);
  if (threadsApart === 'ordered-by-entries') lacks.push(lacking.returns);
  if (content.begin === 'midway' && content.events > 0) lacks.push(lacking.start);
  if (times !== 'told' && threadsApart !== 'unordered') lacks.push(lacking[times]);
  return lacks;
}

function dtrussLacks({ ids }: LogFacts): Lack[] {
  return [lacking.addresses, lacking.entries, ...(ids ? [] : [lacking.ids])];
}

const hexDumpLacks: readonly Lack[] = [
  {
    code: 'answers',
    what: 'Only the entries of binds are in it, without their answers',
    cannot: 'whether a bind was refused is not known, and who held the address even less',
    effect: 'findings',
  },
];

/** A log without filter shows what its program did not do as well; in any other, what is missing may be filtered out. */
function callLacks({ calls }: LogFacts): Lack[] {
  if (isWhole(calls)) return calls.has('bind') ? [] : [lacking.binds];
  return groups.flatMap(({ names, lack }) => (names.some((name) => calls.has(name)) ? [] : [lack]));
}

/**
 * Calls that no program does without and no filter for sockets lets through; or all of the classes that
 * `recordingCommands` asks for.
 */
function isWhole(calls: ReadonlySet<string>): boolean {
  const has = (names: readonly string[]): boolean => names.some((name) => calls.has(name));
  if (has(callsOfEveryProgram)) return true;
  return (
    has(callsOfDescriptorClass) && has(['execve', 'exit_group']) && calls.has('socket') && calls.has('bind')
  );
}

const callsOfEveryProgram = [
  ...[
    'brk',
    'arch_prctl',
    'rt_sigaction',
    'rt_sigprocmask',
    'futex',
    'mprotect',
    'munmap',
    'set_robust_list',
  ],
  // macOS
  ...[
    'psynch_cvwait',
    'ulock_wait',
    'semwait_signal',
    'sigaltstack',
    'bsdthread_create',
    'madvise',
    'getentropy',
  ],
];
const callsOfDescriptorClass = [
  'mmap',
  'openat',
  'open',
  'epoll_create1',
  'eventfd2',
  'pipe2',
  'newfstatat',
  'fstat',
];

const lacking = {
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
  ids: {
    code: 'ids',
    what: 'It has no column PID/THRD',
    cannot: 'processes and threads can not be told apart',
    effect: 'findings',
  },
} as const satisfies Record<string, Lack>;

interface CallGroup {
  readonly names: readonly string[];
  readonly lack: Lack;
}

/** In a log that seems filtered: one of each has to occur. */
const groups: readonly CallGroup[] = [
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
