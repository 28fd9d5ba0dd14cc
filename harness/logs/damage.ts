/**
 * Signs of damage in a log of strace that fits every rule of its grammar: names that no system has. One altered
 * letter in `bind` or `EADDRINUSE` would take the one line away on which the answer rests.
 */
import type { LossEvent, TraceEvent } from '../../src/trace/event.ts';
import { errnoName } from '../tracers/errno.ts';

/** A loss in front of every answer whose error does not exist. */
export function withErrorLosses(batch: readonly TraceEvent[]): readonly TraceEvent[] {
  if (!batch.some(hasUnknownError)) return batch;
  return batch.flatMap((event): TraceEvent[] => {
    return hasUnknownError(event) ? [unknownError(event), event] : [event];
  });
}

function hasUnknownError(event: TraceEvent): event is Extract<TraceEvent, { kind: 'return' }> {
  return event.kind === 'return' && !event.result.ok && !errors.has(event.result.errno);
}

function unknownError(event: Extract<TraceEvent, { kind: 'return' }>): LossEvent {
  const { at, pid, name, result } = event;
  const text = `${name} failed with ${result.ok ? '' : result.errno}, which is no error of Linux`;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'unparsed', count: 1, text };
}

/** Names that no call has, and that are one letter away from one that matters. */
export function misspeltCalls(calls: ReadonlySet<string>): readonly string[] {
  return [...calls].filter((name) => !real.has(name) && watched.some((call) => isOneEditAway(name, call)));
}

function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  return restA.slice(1) === restB.slice(1) || restA === restB.slice(1) || restA.slice(1) === restB;
}

const errors = new Set(
  Array.from({ length: 540 }, (_, number) => errnoName('linux', number)).filter(
    (name) => !/^E\d+$/.test(name),
  ),
);

const watched = (
  'socket bind listen accept accept4 shutdown setsockopt close close_range dup dup2 dup3 fcntl connect getsockname ' +
  'read readv recvfrom recvmsg recvmmsg write writev sendto sendmsg sendmmsg clone clone3 fork vfork unshare setns ' +
  'execve exit exit_group'
).split(' ');

/** Of Linux, one letter away from a watched one or near it. */
const real: ReadonlySet<string> = new Set([
  ...watched,
  ...['execv', 'fcntl64', 'getsockopt', 'mbind', 'preadv', 'pwritev', 'recv', 'send'],
]);
