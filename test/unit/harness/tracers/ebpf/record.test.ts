import { expect, test } from 'vitest';
import { pieceOf, RecordCursor } from '../../../../../harness/tracers/ebpf/record-cursor.ts';
import { readRecord } from '../../../../../harness/tracers/ebpf/record.ts';
import type { Item } from '../../../../../harness/tracers/event-flow.ts';
import { origin, record } from './trace-builder.ts';

const flag = { socket: 1, socketAfter: 2, late: 4, passes: 8, last: 16, value: 32, released: 64 };
const calls = {
  recvfrom: 45,
  close: 3,
  bind: 49,
  execve: 59,
  clone3: 435,
  socket: 41,
  setsockopt: 54,
  sendmsg: 46,
};
const at = origin + 500;
const loopback = Uint8Array.of(2, 0, 0x0b, 0xb9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);

/** The events of one record; null where no rule fits it. */
function read(bytes: Uint8Array): readonly Item[] | null {
  const cursor = new RecordCursor();
  cursor.origin = origin;
  // Not at the start of its piece: in a trace it is never the first.
  cursor.moveTo(pieceOf(Uint8Array.from([1, 2, 3, ...bytes])), 3);
  const items: Item[] = [];
  return cursor.hasHead && readRecord(cursor, (item) => items.push(item)) ? items : null;
}

test('an entry with its socket', () => {
  const bytes = record({ kind: 2, flags: flag.socket, nr: calls.recvfrom, port: 3001, tid: 8, at }, [
    ...[
      [8, 0],
      [4, 77],
      [4, 5],
      [8, 9],
      [4, 1],
      [4, 2],
      [4, 3],
      [4, 0],
    ],
  ] as const);
  expect(read(bytes)).toEqual([
    {
      kind: 'enter',
      at: 500,
      pid: 7,
      tid: 8,
      call: { name: 'recvfrom', fd: 5 },
      socket: { inode: 77, cookie: 9, port: 3001 },
    },
  ]);
});

test('an entry that is told late says since when; no socket and no cookie are null', () => {
  const fields = (inode: number) =>
    [
      [8, origin + 100],
      [4, inode],
      [4, 5],
      [8, 0],
      [4, 0],
      [4, 0],
      [4, 0],
      [4, 0],
    ] as const;
  const head = { kind: 2, flags: flag.socket, nr: calls.recvfrom, at };
  expect(read(record(head, fields(77)))).toMatchObject([
    { at: 500, since: 100, socket: { inode: 77, cookie: null, port: 0 } },
  ]);
  expect(read(record(head, fields(0)))).toMatchObject([{ socket: null }]);
  expect(read(record({ ...head, flags: 0 }, fields(77)))?.[0]).not.toHaveProperty('socket');
  // Entered after it was told of.
  expect(
    read(
      record(head, [
        [8, at + 1],
        [4, 1],
        [4, 5],
        [8, 0],
        [4, 0],
        [4, 0],
        [4, 0],
        [4, 0],
      ]),
    ),
  ).toBe(null);
});

test('execve has a path, or null where it could not be read; clone3 has flags', () => {
  const fields = (value: number) =>
    [
      [8, 0],
      [4, 0],
      [4, 0],
      [8, 0],
      [4, 0],
      [4, 0],
      [4, 0],
      [4, value],
    ] as const;
  const path = new TextEncoder().encode('/bin/sh');
  const exec = (flags: number) => read(record({ kind: 2, flags, nr: calls.execve, at }, fields(0), path));
  expect(exec(flag.value)).toMatchObject([{ call: { name: 'execve', path: '/bin/sh' } }]);
  expect(exec(0)).toMatchObject([{ call: { name: 'execve', path: null } }]);
  const clone = (flags: number) => read(record({ kind: 2, flags, nr: calls.clone3, at }, fields(0x100)));
  expect(clone(flag.value)).toMatchObject([{ call: { name: 'clone3', flags: 0x100 } }]);
  expect(clone(0)).toMatchObject([{ call: { name: 'clone3', flags: null } }]);
});

test('a return with the socket after it, and one of a message that carried descriptors', () => {
  const fields = [
    [4, 3],
    [4, 77],
    [8, 9],
  ] as const;
  expect(read(record({ kind: 3, flags: flag.socketAfter, nr: calls.recvfrom, port: 1, at }, fields))).toEqual(
    [
      {
        kind: 'return',
        at: 500,
        pid: 7,
        tid: 7,
        name: 'recvfrom',
        result: { ok: true, value: 3 },
        socket: { inode: 77, cookie: 9, port: 1 },
      },
    ],
  );
  expect(read(record({ kind: 3, flags: flag.passes, nr: calls.sendmsg, at }, fields))).toMatchObject([
    { passesDescriptors: true },
  ]);
});

/** returned, result, inode, cookie, four arguments, value, port afterwards */
const callFields = (returned: number, result: number, value: number, after: number) =>
  [
    [8, returned],
    [4, result],
    [4, 77],
    [8, 9],
    [4, 5],
    [4, 1],
    [4, 15],
    [4, 0],
    [4, value],
    [2, after],
    [2, 0],
  ] as const;

test('a bind in one record: entry and return, the ports before and after, the address', () => {
  const flags = flag.socket | flag.socketAfter;
  const bytes = record({ kind: 4, flags, nr: calls.bind, at }, callFields(at + 90, 0, 0, 3001), loopback);
  const [enter, back] = read(bytes) ?? [];
  expect(enter).toMatchObject({ kind: 'enter', at: 500, call: { name: 'bind', fd: 5 }, socket: { port: 0 } });
  expect(back).toMatchObject({
    kind: 'return',
    at: 590,
    result: { ok: true },
    address: { family: 'inet', host: '127.0.0.1', port: 3001 },
    socket: { inode: 77, cookie: 9, port: 3001 },
  });
  expect(
    read(record({ kind: 4, flags, nr: calls.bind, at }, callFields(at + 90, -98, 0, 0)))?.[1],
  ).toMatchObject({
    result: { ok: false, errno: 'EADDRINUSE' },
    address: null,
  });
});

test('a close that released its socket: the release between entry and return', () => {
  const flags = flag.socket | flag.released;
  const bytes = record({ kind: 4, flags, nr: calls.close, port: 3001, at }, callFields(at + 90, 0, 40, 3001));
  expect(read(bytes)).toMatchObject([
    { kind: 'enter', at: 500, call: { name: 'close', fd: 5 }, socket: { inode: 77, port: 3001 } },
    { kind: 'release', at: 540, until: 590, inode: 77, cookie: 9 },
    { kind: 'return', at: 590 },
  ]);
});

test('a call that nobody had to know of is told at its end', () => {
  const bytes = record({ kind: 4, flags: flag.late, nr: 61, at }, callFields(at + 90, 12, 0, 0));
  expect(read(bytes)).toMatchObject([
    { kind: 'enter', at: 590, since: 500, call: { name: 'wait4' } },
    { kind: 'return', at: 590, result: { ok: true, value: 12 } },
  ]);
});

test('the owner of a socket, the value of an option, the name of a device', () => {
  const call = (nr: number, flags: number, data?: Uint8Array) =>
    read(record({ kind: 4, flags, nr, at }, callFields(at + 9, 0, 1000, 0), data))?.[0];
  expect(call(calls.socket, flag.value)).toMatchObject({ call: { name: 'socket', owner: 1000 } });
  expect(call(calls.socket, 0)).not.toHaveProperty('call.owner');
  expect(call(calls.setsockopt, flag.value)).toMatchObject({ call: { level: 1, option: 15, value: 1000 } });
  expect(call(calls.setsockopt, 0)).toMatchObject({ call: { value: null } });
  const device = (name: Uint8Array) => {
    const fields = callFields(at + 9, 0, 0, 0).with(6, [4, 25]);
    return read(record({ kind: 4, flags: flag.value, nr: calls.setsockopt, at }, fields, name))?.[0];
  };
  expect(device(Uint8Array.of(0x6c, 0x6f, 0, 0x78))).toMatchObject({ call: { value: 'lo' } });
  expect(device(Uint8Array.of())).toMatchObject({ call: { value: '' } });
});

test('marks, forks, renames, exits, releases and what could not be read', () => {
  const mark = (path: string) => read(record({ kind: 5, nr: 21, at }, [], new TextEncoder().encode(path)));
  expect(mark('/@afterclose/cycle 1')).toMatchObject([{ kind: 'mark', text: 'cycle 1' }]);
  expect(mark('/@afterclosed')).toBe(null);
  expect(mark(`/@afterclose/${'x'.repeat(242)}`)).toBe(null);
  expect(
    read(
      record({ kind: 6, pid: 9, tid: 9, at }, [
        [4, 7],
        [4, 8],
      ]),
    ),
  ).toEqual([{ kind: 'fork', at: 500, pid: 9, tid: 9, parent: 7, parentTid: 8 }]);
  expect(read(record({ kind: 7, at }, [[4, 8]]))).toMatchObject([{ kind: 'renamed', tid: 7, from: 8 }]);
  expect(read(record({ kind: 8, at }))).toMatchObject([{ kind: 'exit', last: false }]);
  expect(read(record({ kind: 8, flags: flag.last, at }))).toMatchObject([{ kind: 'exit', last: true }]);
  const release = [
    [4, 77],
    [4, 0],
    [8, 9],
  ] as const;
  expect(read(record({ kind: 9, at }, release))).toMatchObject([{ kind: 'release', inode: 77, cookie: 9 }]);
  expect(read(record({ kind: 10, nr: 21, at }))).toMatchObject([
    { kind: 'loss', reason: 'probe-error', extent: 'moment', pid: 7 },
  ]);
});

test.each([
  ['a kind that is not known', record({ kind: 99, at })],
  [
    'a call that is not known',
    record({ kind: 3, nr: 2, at }, [
      [4, 0],
      [4, 0],
      [8, 0],
    ]),
  ],
  ['too short for a return', record({ kind: 3, nr: calls.close, at }, [[4, 0]])],
  ['too short for an entry', record({ kind: 2, nr: calls.close, at })],
  ['too short for a call', record({ kind: 4, nr: calls.close, at })],
  ['too short for a fork', record({ kind: 6, at })],
  ['too short for a release', record({ kind: 9, at })],
  ['a process without a number', record({ kind: 8, pid: 0, at })],
  ['a time before the trace began', record({ kind: 8, at: origin - 1 })],
  [
    'a result that the kernel never gives',
    record({ kind: 3, nr: calls.close, at }, [
      [4, -5000],
      [4, 0],
      [8, 0],
    ]),
  ],
  ['a return before its entry', record({ kind: 4, nr: calls.close, at }, callFields(at - 1, 0, 0, 0))],
])('no rule fits %s', (_, bytes) => {
  expect(read(bytes)).toBe(null);
});
