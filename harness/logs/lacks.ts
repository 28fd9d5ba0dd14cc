/**
 * What a log does not tell, what can not be concluded for that reason, and which command would tell it. Pure. A lack
 * is found from what kinds of calls occur at all, from what the format is able to say, and from what the head of the
 * log says.
 */
import type { LogContent } from '../../src/verdict/log-analysis.ts';
import type { System } from '../tracers/errno.ts';
import { callGroups, lacking, type Lack } from './lack-table.ts';
import { recordingCommands } from './recording-commands.ts';
import type { LogFormat } from './recognition.ts';

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
  /** That made it; null: it does not say. */
  readonly system: System | null;
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
      return dtraceLacks(facts);
    case 'bind-hexdump':
      return [lacking.answers];
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

function dtraceLacks({ calls, system }: LogFacts): Lack[] {
  return [...(calls.has('bind') ? [] : [lacking.binds]), ...(system === 'darwin' ? [lacking.rules] : [])];
}

function dtrussLacks({ ids }: LogFacts): Lack[] {
  return [lacking.addresses, lacking.entries, ...(ids ? [] : [lacking.ids])];
}

/** A log without filter shows what its program did not do as well; in any other, what is missing may be filtered out. */
function callLacks({ calls }: LogFacts): Lack[] {
  if (isWhole(calls)) return calls.has('bind') ? [] : [lacking.binds];
  return callGroups.flatMap(({ names, lack }) => (names.some((name) => calls.has(name)) ? [] : [lack]));
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
