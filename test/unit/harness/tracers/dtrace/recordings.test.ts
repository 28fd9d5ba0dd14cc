import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createDecoder, defaultWindowNs } from '../../../../../harness/tracers/dtrace/decode.ts';
import { isInet } from '../../../../../src/trace/address.ts';
import type { TraceEvent } from '../../../../../src/trace/event.ts';

function read(path: string): Buffer {
  return readFileSync(new URL(`../../../../golden/dtrace/${path}`, import.meta.url));
}

function eventsOf(name: string): readonly TraceEvent[] {
  const decoder = createDecoder(defaultWindowNs);
  return [...decoder.push(read(`${name}/dtrace.txt`)), ...decoder.end()];
}

const claimsSchema = z.array(
  z.object({ pid: z.int(), binds: z.int(), addressInUse: z.int(), marks: z.int(), variant: z.string() }),
);

test('the trace counts what each program says of itself', () => {
  const events = eventsOf('udp-reconnect');
  const claims = claimsSchema.parse(JSON.parse(read('udp-reconnect/claims.json').toString()));
  expect(claims).toHaveLength(4);
  for (const { pid, binds, addressInUse, marks } of claims) {
    const own = events.filter((event) => event.kind !== 'loss' && event.pid === pid);
    const results = own.flatMap((event) =>
      event.kind === 'return' && event.name === 'bind' && event.address != null && isInet(event.address)
        ? [event.result]
        : [],
    );
    expect(results).toHaveLength(binds);
    expect(results.filter((result) => !result.ok && result.errno === 'EADDRINUSE')).toHaveLength(
      addressInUse,
    );
    expect(own.filter(({ kind }) => kind === 'mark')).toHaveLength(marks);
  }
});

test('a session of the launcher is whole: no loss, its first mark first and its last mark last', () => {
  const events = eventsOf('udp-reconnect');
  expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  const marks = events.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
  expect([marks[0], marks[1], marks.at(-2), marks.at(-1)]).toEqual([
    'session begin golden',
    'run 0001 begin',
    'run 0004 end',
    'session end golden',
  ]);
});

test('every process and thread that exits has been announced, and every last one is said to be the last', () => {
  const events = eventsOf('udp-reconnect');
  const target = events[0]?.kind === 'loss' ? null : events[0]?.pid;
  const alive = new Map<number, Set<number>>([[target ?? 0, new Set([target ?? 0])]]);
  for (const event of events) {
    if (event.kind === 'fork') alive.set(event.pid, (alive.get(event.pid) ?? new Set()).add(event.tid));
    if (event.kind !== 'exit') continue;
    const threads = alive.get(event.pid);
    expect(threads?.delete(event.tid)).toBe(true);
    expect(event.last).toBe(threads?.size === 0);
  }
  expect([...alive.values()].filter(({ size }) => size > 0)).toEqual([]);
});

test('a program that hands pointers to nowhere loses one line, and only its own', () => {
  const events = eventsOf('every-call');
  const losses = events.filter((event) => event.kind === 'loss');
  const program = events.find((event) => event.kind === 'mark');
  expect(losses).toMatchObject([{ reason: 'probe-error', extent: 'moment', pid: program?.pid }]);
});

test('every call that sockets.d prints is in the recording', () => {
  const called = new Set(
    eventsOf('every-call').flatMap((event) => (event.kind === 'enter' ? [event.call.name] : [])),
  );
  const source = readFileSync(
    new URL('../../../../../harness/tracers/dtrace/sockets.d', import.meta.url),
    'utf8',
  );
  const numbered = [...source.matchAll(/^inline int ([A-Z0-9_]+) = \d+;/gm)].map(([, name = '']) => name);
  const constants = [...source.matchAll(/inline int ([A-Z0-9_]+) = /g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  expect(numbered.length).toBeGreaterThan(0);
  const notCalls = /^(access|faccessat2?|sol_|so_|f_|fio|ts_)/;
  const expected = constants.filter((name) => !notCalls.test(name));
  expect(expected.length).toBeGreaterThan(40);
  expect(expected.filter((name) => !called.has(name as never))).toEqual([]);
});
