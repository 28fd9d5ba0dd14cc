import { expect, test } from 'vitest';
import { readAnswer } from '../../../../../harness/tracers/strace/result.ts';
import type { CallResult } from '../../../../../src/trace/event.ts';

const ok = (value: number): CallResult => ({ ok: true, value });
const failed = (errno: string): CallResult => ({ ok: false, errno });

test.each<[string, CallResult | null]>([
  [' = 3', ok(3)],
  ['                 = 0', ok(0)],
  [' = 0x2 (flags O_RDWR)', ok(2)],
  [' = 3<UDP:[1895641]>', ok(3)],
  [' = 0x7f49275e7000', ok(0x7f49275e7000)],
  [' = 0xffffffffff600000', ok(Number.MAX_SAFE_INTEGER)],
  [' = -1 EADDRINUSE (Address already in use)', failed('EADDRINUSE')],
  [' = -1 (errno 98)', failed('EADDRINUSE')],
  [' = -98', failed('EADDRINUSE')],
  [' = -1 (errno 4000)', failed('E4000')],
  [' = ? ERESTARTSYS (To be restarted if SA_RESTART is set)', failed('ERESTARTSYS')],
  [' = ? ERESTART_RESTARTBLOCK (Interrupted by signal)', failed('ERESTART_RESTARTBLOCK')],
  [' = ?', null],
  [' = ? <unavailable>', null],
])('%j', (text, result) => {
  expect(readAnswer(text, 0)).toEqual({ result, tookNs: null, isInjected: false });
});

test.each([
  [' = 0 <0.000006>', 6_000],
  [' = 0 <0.000006640>', 6_640],
  [' = -1 EAGAIN (Resource temporarily unavailable) <2.5>', 2_500_000_000],
])('%j says how long it took', (text, tookNs) => {
  expect(readAnswer(text, 0)?.tookNs).toBe(tookNs);
});

test('an answer that strace made up is no answer of the kernel', () => {
  expect(readAnswer(' = -1 EADDRINUSE (Address already in use) (INJECTED)', 0)?.isInjected).toBe(true);
  expect(readAnswer(' = 0 (INJECTED: args, retval) <0.000006>', 0)?.isInjected).toBe(true);
  expect(readAnswer(' = 0 (DELAYED)', 0)?.isInjected).toBe(false);
});

test.each(['', ' 3', ' = ', ' = x', ' = -', ' = ?x', ' = EADDRINUSE'])('%j is none', (text) => {
  expect(readAnswer(text, 0)).toBeNull();
});
