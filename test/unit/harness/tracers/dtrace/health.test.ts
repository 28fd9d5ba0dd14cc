import { expect, test } from 'vitest';
import { health } from '../../../../../harness/tracers/dtrace/health.ts';

const well = { exitCode: 0, signal: null, stderr: '' };

test('exit code 0 and nothing on stderr: no loss', () => {
  expect(health(well)).toEqual([]);
});

test('drops are summed, of whatever kind', () => {
  const stderr = [
    'dtrace: 813 drops on CPU 1',
    'dtrace: 1 drop on CPU 0',
    'dtrace: 4 aggregation drops on CPU 0',
    'dtrace: 2 dynamic variable drops with non-empty dirty list',
    'the program says: 7 drops on CPU 0',
  ].join('\n');
  expect(health({ ...well, stderr })).toMatchObject([
    { reason: 'dropped', count: 820, extent: 'anywhere', pid: null },
  ]);
});

test('faults of single probes are left to the trace, where each names its process', () => {
  const stderr =
    'dtrace: error in dt_clause_9 for probe ID 304 (rawtp:raw_syscalls::sys_enter): invalid address (0xdead000) at BPF pc 2841\n';
  expect(health({ ...well, stderr })).toEqual([]);
});

test('a full disk: exit code 1, and the last words are kept', () => {
  const stderr = 'dtrace: error in x\ndtrace: processing aborted: No space left on device\n';
  expect(health({ exitCode: 1, signal: null, stderr })).toMatchObject([
    {
      reason: 'tracer-died',
      extent: 'anywhere',
      text: 'dtrace ended with exit code 1: dtrace: processing aborted: No space left on device',
    },
  ]);
});

test('killed', () => {
  expect(health({ exitCode: null, signal: 'SIGKILL', stderr: '' })).toMatchObject([
    { reason: 'tracer-died', text: 'dtrace ended with signal SIGKILL: it gave no reason' },
  ]);
});
