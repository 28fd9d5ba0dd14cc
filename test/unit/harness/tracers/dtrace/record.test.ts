import { expect, test } from 'vitest';
import { LineCursor } from '../../../../../harness/tracers/dtrace/line-cursor.ts';
import { readHead, readRecord } from '../../../../../harness/tracers/dtrace/record.ts';
import type { Item } from '../../../../../harness/tracers/event-flow.ts';

/** The events of one line; null where no rule fits it. */
function read(line: string): readonly Item[] | null {
  const cursor = new LineCursor();
  const bytes = new TextEncoder().encode(line);
  cursor.open(bytes, 0, bytes.length);
  const items: Item[] = [];
  const head = readHead(cursor);
  if (
    head === null ||
    !readRecord(cursor, head, { system: 'linux', exitSaysLast: true }, (item) => items.push(item))
  ) {
    expect(items).toEqual([]);
    return null;
  }
  return items;
}

const who = { pid: 41, tid: 42 };

test('bind: the address comes with the return', () => {
  expect(read('1000 41 42 S 500 49 -98 7 7f00 10 0 02000bb97f0000010000000000000000')).toEqual([
    { kind: 'enter', at: 1000, ...who, call: { name: 'bind', fd: 7 } },
    {
      kind: 'return',
      at: 1500,
      ...who,
      name: 'bind',
      result: { ok: false, errno: 'EADDRINUSE' },
      address: { family: 'inet', host: '127.0.0.1', port: 3001 },
    },
  ]);
});

test('bind: an address that could not be read is null', () => {
  expect(read('1 41 42 S 1 49 -14 7 dead000 10 0')?.[1]).toMatchObject({ name: 'bind', address: null });
});

test('socket: its owner is the fsuid, which is unsigned', () => {
  expect(read('1 41 42 S 1 41 3 a 80802 0 0 i:-2')?.[0]).toMatchObject({
    call: { name: 'socket', domain: 10, type: 0x80802, protocol: 0, owner: 4294967294 },
  });
});

test.each([
  ['i:1', 1],
  ['i:-1', -1],
  ['s:lo\\0', 'lo'],
  ['s:\\0', ''],
  ['', null],
])('setsockopt with %s', (data, value) => {
  const line = `1 41 42 S 1 54 0 3 1 2 7ffd ${data}`.trimEnd();
  expect(read(line)?.[0]).toMatchObject({ call: { name: 'setsockopt', fd: 3, level: 1, option: 2, value } });
});

test('SO_BINDTODEVICE of no bytes takes the device away', () => {
  expect(read('1 41 42 S 1 54 0 3 1 19 7ffd')?.[0]).toMatchObject({ call: { option: 25, value: '' } });
});

test.each([
  ['E 3 ffffffff 0 0 0', { name: 'close', fd: -1 }],
  ['E 3 ffffffffffffffff 0 0 0', { name: 'close', fd: -1 }],
  ['E 436 3c ffffffff 2 0', { name: 'close_range', first: 60, last: 4294967295, flags: 2 }],
  ['E 56 50f00 0 0 0', { name: 'clone', flags: 0x50f00 }],
  ['E 57 1 2 3 4', { name: 'fork', flags: 0 }],
  ['E 58 1 2 3 4', { name: 'vfork', flags: 0x4100 }],
  ['E 435 7ffd 58 0 0 i:8589935616', { name: 'clone3', flags: 8589935616 }],
  ['E 59 1 2 3 4 s:/bin/a b\\0', { name: 'execve', path: '/bin/a b' }],
  ['E 288 3 0 0 80800', { name: 'accept4', fd: 3, flags: 0x80800 }],
  ['E 43 3 0 0 80800', { name: 'accept', fd: 3, flags: 0 }],
  ['E 292 5 6 80000 0', { name: 'dup3', fd: 5, to: 6, flags: 0x80000 }],
  ['S 9 72 8 3 406 a 0', { name: 'fcntl', fd: 3, command: 1030, argument: 10 }],
  ['S 9 16 0 3 5451 0 0', { name: 'ioctl', fd: 3, request: 0x5451 }],
  ['S 9 93 0 3 ffffffff 0 0', { name: 'fchown', fd: 3, owner: 4294967295 }],
])('%s', (line, call) => {
  expect(read(`1 41 42 ${line}`)?.[0]).toEqual({ kind: 'enter', at: 1, ...who, call });
});

test('a call that was interrupted has a name for its result', () => {
  expect(read('1 41 42 R 45 -512')?.[0]).toMatchObject({ result: { ok: false, errno: 'ERESTARTSYS' } });
});

test('a mark may hold anything, and none of it is taken for a line', () => {
  expect(read('1 41 42 M a\\n1 1 1 X 1 0\\t\\"\\\\\\303\\251\\377\\0')).toEqual([
    { kind: 'mark', at: 1, ...who, text: 'a\n1 1 1 X 1 0\t"\\é\ufffd' },
  ]);
});

test('a mark that may have been cut is none', () => {
  expect(read(`1 41 42 M ${'x'.repeat(255)}\\0`)).toBeNull();
  expect(read(`1 41 42 M ${'x'.repeat(254)}\\0`)).not.toBeNull();
});

test('a fork is the event of the child', () => {
  expect(read('5 41 42 F 43 43')).toEqual([
    { kind: 'fork', at: 5, pid: 43, tid: 43, parent: 41, parentTid: 42 },
  ]);
});

test('execve by another thread', () => {
  expect(read('5 41 41 C 42')).toEqual([{ kind: 'renamed', at: 5, pid: 41, tid: 41, from: 42 }]);
});

test.each([
  '',
  '1',
  '1 41 42',
  '1 41 42 E',
  '1 41 42 E ',
  '1  41 42 R 3 0',
  '1 41 42 R 3 0 ',
  ' 1 41 42 R 3 0',
  '-1 41 42 R 3 0',
  '1 0 42 R 3 0',
  '1 41 -42 R 3 0',
  '1 41 42 Z 3 0',
  '1 41 42 RR 3 0',
  '1 41 42 R 9999 0',
  '1 41 42 R -3 0',
  '1 41 42 R 3 -5000',
  '1 41 42 R 3',
  '1 41 42 R 3 0x',
  '1 41 42 R 49 0 0bb',
  '1 41 42 R 49 0 0bXX',
  '1 41 42 R 49 0 02000bb9 02000bb9',
  '1 41 42 E 3 5 0 0',
  '1 41 42 E 3 5 0 0 0 0 0',
  '1 41 42 E 3 5 0 0 G',
  '1 41 42 E 3 12345678901234567 0 0 0',
  '1 41 42 S -5 49 0 3 0 0 0',
  '1 41 42 S 5 54 0 3 1 2 0 i:',
  '1 41 42 S 5 54 0 3 1 2 0 i:1x',
  '1 41 42 S 5 54 0 3 1 2 0 s:lo',
  '1 41 42 S 5 54 0 3 1 2 0 x:lo',
  '1 41 42 M',
  '1 41 42 M no end',
  '1 41 42 F 43',
  '1 41 42 F 43 0',
  '1 41 42 C 0',
  '1 41 42 X 1',
  '99999999999999999999 41 42 X 1 0',
])('no rule fits %j', (line) => {
  expect(read(line)).toBeNull();
});
