import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  expectedBinds,
  judgeSelfTest,
  selfTestSource,
} from '../../../../../harness/tracers/dtrace/self-test.ts';
import type { CallResult, TraceEvent } from '../../../../../src/trace/event.ts';
import { nanos, pid, tid } from '../../../../../src/trace/ids.ts';

const bind = (result: CallResult): TraceEvent => ({
  kind: 'return',
  at: nanos(1),
  pid: pid(2),
  tid: tid(2),
  name: 'bind',
  result,
  address: { family: 'inet', host: '127.0.0.1', port: 4001 },
});
const good = bind({ ok: true, value: 0 });
const failed = bind({ ok: false, errno: 'EADDRINUSE' });
const all = [...new Array<TraceEvent>(expectedBinds - 1).fill(good), failed];

test('40 of 40, one of them EADDRINUSE', () => {
  expect(judgeSelfTest(all, '0')).toEqual({ binds: 40, addressInUse: 1, fault: null });
});

test('one bind that was not seen is a fault', () => {
  expect(judgeSelfTest(all.slice(1), '0').fault).toBe('39 of 40 binds and 1 of 1 EADDRINUSE were seen');
});

test('a loss is a fault whatever was counted', () => {
  const loss: TraceEvent = {
    kind: 'loss',
    at: nanos(0),
    pid: null,
    extent: 'anywhere',
    reason: 'dropped',
    count: 3,
    text: '3 drops',
  };
  expect(judgeSelfTest([loss, ...all], '0').fault).toBe('dropped: 3 drops');
});

test('a test program that failed is a fault', () => {
  expect(judgeSelfTest(all, null).fault).toBe('the test program ended with no exit code');
});

test('the test program itself ends well', () => {
  expect(execFileSync(process.execPath, ['-e', selfTestSource], { encoding: 'utf8' })).toBe('');
});
