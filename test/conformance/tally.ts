import type { BindJudgement } from '../../src/kernel/ledger.ts';
import { CLONE_THREAD } from '../../src/kernel/abi.ts';
import type { Call, TraceEvent } from '../../src/trace/event.ts';
import type { Tid } from '../../src/trace/ids.ts';

/** What a conformance run consisted of, in counts that can be added up. */
export class Tally {
  programs = 0;
  binds = 0;
  undetermined = 0;
  /** By what left them open, one reason or several. */
  readonly openBy = new Map<string, number>();
  /** Those of other threads and of children. */
  readonly elsewhere = new Map<string, number>();
  /** Answered with EADDRINUSE. */
  failed = 0;
  /** Of these, those for which the replay named who was in the way. */
  named = 0;
  tellsIdentity = false;
  readonly calls = new Map<string, number>();

  /** @param first the executor's first thread */
  judged({ predicted, openBy, answered, holders, pid, tid }: BindJudgement, first: Tid | null): void {
    this.binds++;
    if (tid !== first) increase(this.elsewhere, Number(pid) === Number(first) ? 'threads' : 'children');
    if (predicted === 'undetermined') {
      this.undetermined++;
      increase(this.openBy, [...openBy].sort().join(' and '));
    }
    if (answered === 'free') return;
    this.failed++;
    if (predicted === 'blocked' && holders.length > 0) this.named++;
  }

  saw(event: TraceEvent): void {
    if (event.kind === 'exit' && event.last) increase(this.calls, 'exit');
    if ('socket' in event) this.tellsIdentity = true;
    if (event.kind === 'return' && event.passesDescriptors === true) increase(this.calls, 'SCM_RIGHTS');
    if (event.kind === 'return' && event.name.startsWith('recv') && isInterrupted(event)) {
      increase(this.calls, 'blocking receive');
    }
    const kind = event.kind === 'enter' && !makesThread(event.call) ? kinds.get(event.call.name) : undefined;
    if (kind !== undefined) increase(this.calls, kind);
  }

  add(other: Tally): void {
    this.programs += other.programs;
    this.binds += other.binds;
    this.undetermined += other.undetermined;
    this.failed += other.failed;
    this.named += other.named;
    this.tellsIdentity ||= other.tellsIdentity;
    for (const [name, count] of other.calls) increase(this.calls, name, count);
    for (const [reason, count] of other.openBy) increase(this.openBy, reason, count);
    for (const [where, count] of other.elsewhere) increase(this.elsewhere, where, count);
  }

  /** In percent of all calls of these kinds, most frequent first. */
  shares(): readonly (readonly [string, number])[] {
    const total = [...this.calls.values()].reduce((sum, count) => sum + count, 0);
    const shares = [...this.calls].map(([name, count]) => [name, (100 * count) / total] as const);
    return shares.sort(([, a], [, b]) => b - a);
  }
}

function increase(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** It waited until a signal ended it. */
function isInterrupted({ result }: Extract<TraceEvent, { kind: 'return' }>): boolean {
  return !result.ok && interruptions.has(result.errno);
}

const interruptions: ReadonlySet<string> = new Set(['EINTR', 'ERESTARTSYS', 'E512']);

function makesThread(call: Call): boolean {
  return 'flags' in call && call.name.startsWith('clone') && ((call.flags ?? 0) & CLONE_THREAD) !== 0;
}

/** The calls that the programs are made of; the others are the runtime's and the executor's own. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['socket', 'socket'],
  ['bind', 'bind'],
  ['listen', 'listen'],
  ['connect', 'connect'],
  ['accept4', 'accept'],
  ['dup', 'dup'],
  ['dup2', 'dup2, dup3'],
  ['dup3', 'dup2, dup3'],
  ['close', 'close'],
  ['close_range', 'close_range'],
  ['clone', 'fork'],
  ['clone3', 'fork'],
  ['fork', 'fork'],
  ['vfork', 'fork'],
  ['execve', 'exec'],
  ['shutdown', 'shutdown'],
  ['setsockopt', 'setsockopt'],
  ['fchown', 'fchown'],
  ['sendto', 'send'],
  ['getsockname', 'getsockname'],
]);

/** All that are counted: each has to be a share that can be seen. */
export const kindsOfCalls: ReadonlySet<string> = new Set([
  ...kinds.values(),
  'exit',
  'blocking receive',
  'SCM_RIGHTS',
]);
