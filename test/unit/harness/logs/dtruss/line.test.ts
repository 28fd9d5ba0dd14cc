import { describe, expect, it, test } from 'vitest';
import { readDtrussHeader, readDtrussLine } from '../../../../../harness/logs/dtruss/line.ts';

describe('a line of dtruss', () => {
  it.each([
    ['-a', ' 4711/0x1a2b:   1378161       8      4 bind(0x5, 0xC821AA576C, 0x10)\t\t = -1 Err#48'],
    ['-f', ' 4711/0x1a2b:  bind(0x5, 0xC821AA576C, 0x10)\t\t = -1 Err#48'],
    ['-f with decimal threads, of old versions', '4711/6699:  bind(0x5, 0xC821AA576C, 0x10)\t\t = -1 Err#48'],
    ['-f -d -e', '4711/0x1a2b:  1378161: 8: bind(0x5, 0xC821AA576C, 0x10)\t\t = -1 Err#48'],
    ['pasted with blanks for tabs', '4711/0x1a2b: 1 2 3 bind(0x5, 0xC821AA576C, 0x10)         = -1 Err#48  '],
    ['without the word before the number', '4711/0x1a2b:  bind(0x5, 0xC821AA576C, 0x10)\t\t = -1 48'],
  ])('is read with the columns of %s', (_options, line) => {
    expect(readDtrussLine(line)).toEqual({
      pid: 4711,
      tid: line.includes('6699') ? 6699 : 0x1a2b,
      name: 'bind',
      given: ['0x5', '0xC821AA576C', '0x10'],
      result: { ok: false, errno: 'EADDRINUSE' },
    });
  });

  it('needs no columns', () => {
    expect(readDtrussLine('close_nocancel(0x13)\t\t = 0 0')).toEqual({
      pid: null,
      tid: null,
      name: 'close_nocancel',
      given: ['0x13'],
      result: { ok: true, value: 0 },
    });
  });

  it('knows the way that older systems mark calls that are no cancellation points', () => {
    expect(readDtrussLine('close$NOCANCEL$UNIX2003(0x13)\t\t = 0 0')?.name).toBe('close');
  });

  it('takes commas, brackets and equal signs in a text for text', () => {
    const line = String.raw`1/0x2:  write(0x3, "a, b) = 1 2 \" (c)\0", 0x11)${'\t\t'} = 17 0`;
    expect(readDtrussLine(line)).toMatchObject({
      given: ['0x3', String.raw`"a, b) = 1 2 \" (c)\0"`, '0x11'],
      result: { ok: true, value: 17 },
    });
  });

  it('believes no error number beside a result that is none', () => {
    expect(readDtrussLine('recvfrom(0x3, 0x7FF0, 0x40)\t\t = 4 Err#35')?.result).toEqual({
      ok: true,
      value: 4,
    });
  });

  it("gives errors macOS's names, which are not Linux's", () => {
    const errnoOf = (number: number): unknown => readDtrussLine(`close(0x3)\t\t = -1 Err#${number}`)?.result;
    expect(errnoOf(9)).toEqual({ ok: false, errno: 'EBADF' });
    expect(errnoOf(35)).toEqual({ ok: false, errno: 'EAGAIN' });
    expect(errnoOf(9999)).toEqual({ ok: false, errno: 'E9999' });
  });

  test.each([
    '',
    'PID/THRD  RELATIVE  ELAPSD    CPU SYSCALL(args) \t\t = return',
    'CALL                                        COUNT',
    'bind                                            3',
    '              libsystem_kernel.dylib`__bind+0xa',
    'dtrace: system integrity protection is on, some features will not be available',
    'close(3) = 0',
    'bind(0x5, 0xC821AA576C, 0x10)',
    'bind(0x5',
    ') = 0 0',
    '4711/0x1a2b:',
    'the program says (by itself) = nothing',
  ])('is not: %j', (line) => {
    expect(readDtrussLine(line)).toBeNull();
  });
});

test.each([
  ['PID/THRD         RELATIVE  ELAPSD    CPU SYSCALL(args)               = return', [true, true, true]],
  ['\tPID/THRD  SYSCALL(args) \t\t = return', [true, false, false]],
  ['PID/LWP   SYSCALL(args) \t\t = return', [true, false, false]],
  ['SYSCALL(args) \t\t = return', [false, false, false]],
  ['RELATIVE  ELAPSD SYSCALL(args) \t\t = return', [false, true, true]],
])('the header %j', (line, [ids, relative, elapsed]) => {
  expect(readDtrussHeader(line)).toEqual({ ids, relative, elapsed });
});
