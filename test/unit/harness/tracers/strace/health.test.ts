import { describe, expect, test } from 'vitest';
import { health } from '../../../../../harness/tracers/strace/health.ts';

const end = (exitCode: number | null, signal: string | null, stderr = '') =>
  health({ exitCode, signal, stderr });

test.each([0, 2, 3, 4, 5, 143])(
  'exit code %d is the launcher’s: the trace itself tells whether it is whole',
  (code) => {
    expect(end(code, null)).toEqual([]);
  },
);

test.each([
  [1, null],
  [null, 'SIGKILL'],
  [null, null],
])('exit code %s, signal %s: strace itself came to an end', (code, signal) => {
  expect(end(code, signal)).toMatchObject([{ reason: 'tracer-died', extent: 'anywhere', pid: null }]);
});

describe('what it says on stderr', () => {
  test.each([
    'strace: strace.txt: No space left on device',
    '/usr/bin/strace: ptrace(PTRACE_SEIZE, 12): Operation not permitted',
  ])('%s is a loss', (line) => {
    expect(end(0, null, `launcher: hello\n${line}\n`)).toMatchObject([
      { reason: 'dropped', extent: 'anywhere', text: line },
    ]);
  });

  test('threads that come and go are none, nor is what the launcher says', () => {
    const lines = [
      'strace: Process 12 attached',
      'strace: Process 12 detached',
      'strace: [ Process PID=12 runs in 32 bit mode. ]',
      'launcher: ended early',
    ];
    expect(end(0, null, lines.join('\n'))).toEqual([]);
  });

  test('a full disk is told a few times, not a million', () => {
    expect(end(0, null, 'strace: strace.txt: No space left on device\n'.repeat(20_000)).length).toBeLessThan(
      20,
    );
  });
});
