import { expect, test } from 'vitest';
import type { Renamed } from '../../../../harness/tracers/pairing.ts';
import { createPairing } from '../../../../harness/tracers/pairing.ts';
import type { TraceEvent } from '../../../../src/trace/event.ts';
import { fd, nanos, pid, tid } from '../../../../src/trace/ids.ts';

const who = (thread: number) => ({ at: nanos(1), pid: pid(10), tid: tid(thread) });
const enter = (thread: number): TraceEvent => ({
  kind: 'enter',
  ...who(thread),
  call: { name: 'recvfrom', fd: fd(3) },
});
const back = (thread: number, name: 'recvfrom' | 'close' = 'recvfrom'): TraceEvent => ({
  kind: 'return',
  ...who(thread),
  name,
  result: { ok: true, value: 0 },
});
const exit = (thread: number): TraceEvent => ({ kind: 'exit', ...who(thread), last: false });

function pair(...events: readonly (TraceEvent | Renamed)[]): string[] {
  const seen: string[] = [];
  const pairOne = createPairing((out) => {
    seen.push(out.kind === 'loss' ? `${out.reason}: ${out.text}` : out.kind);
  });
  for (const event of events) pairOne(event);
  return seen;
}

test('an entry and its return pass unchanged, also with another thread between them', () => {
  expect(pair(enter(11), enter(12), back(11), back(12))).toEqual(['enter', 'enter', 'return', 'return']);
});

test('a return without its entry is a loss before it', () => {
  expect(pair(back(11))).toEqual(['unpaired: recvfrom has no entry', 'return']);
});

test('a return of another call than the one in flight is a loss', () => {
  expect(pair(enter(11), back(11, 'close'))).toEqual(['enter', 'unpaired: close has no entry', 'return']);
});

test('an entry while another call is in flight is a loss', () => {
  expect(pair(enter(11), enter(11))).toEqual(['enter', 'unpaired: recvfrom has no return', 'enter']);
});

test('a call in flight when its thread ends is none, and the number may come back', () => {
  expect(pair(enter(11), exit(11), enter(11), back(11))).toEqual(['enter', 'exit', 'enter', 'return']);
});

test('a call in flight at the end of the trace is none', () => {
  expect(pair(enter(11))).toEqual(['enter']);
});

test('execve by another thread returns under the number of the first', () => {
  const execve: TraceEvent = { kind: 'enter', ...who(12), call: { name: 'execve', path: null } };
  const renamed: Renamed = { kind: 'renamed', ...who(10), from: tid(12) };
  const returned: TraceEvent = {
    kind: 'return',
    ...who(10),
    name: 'execve',
    result: { ok: true, value: 0 },
  };
  expect(pair(execve, exit(10), renamed, returned)).toEqual(['enter', 'exit', 'return']);
});
