import { expect, test } from 'vitest';
import { health } from '../../../../../harness/tracers/ebpf/health.ts';

test.each([0, 4, 5, 130])('the launcher ended with %d, and the agent as it should', (exitCode) => {
  expect(health({ exitCode, signal: null, stderr: '' })).toEqual([]);
});

test.each([
  [
    { exitCode: null, signal: 'SIGKILL', stderr: '' },
    'the agent ended with signal SIGKILL: it gave no reason',
  ],
  [
    { exitCode: 2, signal: null, stderr: 'agent: out of luck\ngoroutine 1 [running]:\n' },
    'the agent ended with exit code 2: agent: out of luck',
  ],
])('another end may have lost anything: %j', (end, text) => {
  expect(health(end)).toMatchObject([{ reason: 'tracer-died', extent: 'anywhere', pid: null, text }]);
});
