import { describe, expect, it } from 'vitest';
import { misspeltCalls, withErrorLosses } from '../../../../harness/logs/damage.ts';
import type { TraceEvent } from '../../../../src/trace/event.ts';
import { nanos, pid, tid } from '../../../../src/trace/ids.ts';

function failed(errno: string): TraceEvent {
  const result = { ok: false, errno } as const;
  return { kind: 'return', at: nanos(5), pid: pid(1), tid: tid(2), name: 'bind', result };
}

describe('an error', () => {
  it.each(['EADDRINUSE', 'EPERM', 'EAGAIN', 'ERESTARTSYS', 'ERESTART_RESTARTBLOCK'])('%s exists', (errno) => {
    expect(withErrorLosses([failed(errno)])).toEqual([failed(errno)]);
  });

  it.each(['EADDRINUSF', 'EADDR', 'E9999'])('%s does not, and may have been any other', (errno) => {
    const [loss, event] = withErrorLosses([failed(errno)]);
    expect(loss).toMatchObject({ kind: 'loss', extent: 'moment', reason: 'unparsed', at: 5, pid: 1 });
    expect(event).toEqual(failed(errno));
  });
});

describe('names of calls', () => {
  it.each(['ind', 'bnd', 'binX', 'bbind', 'clos', 'recvfro', 'xlone3'])(
    '%s is one letter away from one',
    (name) => {
      expect(misspeltCalls(new Set(['mmap', name, 'bind']))).toEqual([name]);
    },
  );

  it('of real calls are none, near as they may be', () => {
    const names =
      'brk chown clone3 dup3 exit execve fcntl64 getsockopt mbind mmap preadv pwritev send recv semop time uname wait4';
    expect(misspeltCalls(new Set(names.split(' ')))).toEqual([]);
  });
});
