import { describe, expect, test } from 'vitest';
import { decodeLines, lossesIn, told } from './decode-text.ts';

const thread = 'child_stack=0xc0, flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';
const process = 'child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD';
const vfork = 'child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD';
const forks = (lines: readonly string[]): string[] =>
  told(decodeLines(lines)).filter((line) => line.includes(' fork of '));
/** As strace 6.1 wrote it of a shell that makes children, killed at random moments: in both orders. */
const killedInClone = [`6 clone(${process}) = 7`, `7 clone(${process} <unfinished ...>) = ?`];
const end = (...numbers: number[]): string[] => numbers.map((number) => `${number} +++ exited with 0 +++`);

describe('a child’s lines', () => {
  test('carry the process of its parent, or its own', () => {
    const lines = [
      `7 clone(${thread}) = 8`,
      `8 clone(${process}) = 9`,
      '9 close(3) = 0',
      '8 close(3) = 0',
      ...end(9, 8, 7),
    ];
    expect(told(decodeLines(lines))).toEqual([
      '7/7 enter clone',
      '7/8 fork of 7/7',
      '7/7 return clone 8',
      '7/8 enter clone',
      '9/9 fork of 7/8',
      '7/8 return clone 9',
      '9/9 enter close',
      '9/9 return close 0',
      '7/8 enter close',
      '7/8 return close 0',
      '9/9 exit last',
      '7/8 exit',
      '7/7 exit last',
    ]);
  });

  test('that come before the end of a thread that was killed in its clone are its child’s', () => {
    const lines = [
      ...killedInClone,
      '8 exit_group(0 <unfinished ...>',
      '7 +++ killed by SIGKILL +++',
      '8 <... exit_group resumed>) = ?',
      ...end(8, 6),
    ];
    expect(forks(lines)).toEqual(['7/7 fork of 6/6', '8/8 fork of 7/7']);
    expect(lossesIn(decodeLines(lines))).toEqual([]);
  });

  test('that come before the answer of the only clone in flight are announced at once', () => {
    const lines = [
      `7 clone(${vfork} <unfinished ...>`,
      '8 dup3(4, 5, 0) = 5',
      '8 execve("/a", ["a"], 0x7f /* 0 vars */ <unfinished ...>',
      '7 <... clone resumed>) = 8',
      '8 <... execve resumed>) = 0',
      ...end(8, 7),
    ];
    expect(told(decodeLines(lines))).toEqual([
      '7/7 enter clone',
      '8/8 fork of 7/7',
      '8/8 enter dup3',
      '8/8 return dup3 5',
      '8/8 enter execve',
      '7/7 return clone 8',
      '8/8 return execve 0',
      '8/8 exit last',
      '7/7 exit last',
    ]);
  });

  test('wait, and all behind them, while several threads may have made it', () => {
    const lines = [
      `7 clone(${thread}) = 8`,
      `7 clone(${process} <unfinished ...>`,
      `8 clone(${thread} <unfinished ...>`,
      '9 close(3) = 0',
      '10 close(4) = 0',
      '8 <... clone resumed>) = 9',
      '7 <... clone resumed>) = 10',
      ...end(10, 9, 8, 7),
    ];
    expect(told(decodeLines(lines)).slice(3, 13)).toEqual([
      '7/7 enter clone',
      '7/8 enter clone',
      '7/9 fork of 7/8',
      '7/9 enter close',
      '7/9 return close 0',
      '10/10 fork of 7/7',
      '10/10 enter close',
      '10/10 return close 0',
      '7/8 return clone 9',
      '7/7 return clone 10',
    ]);
    expect(lossesIn(decodeLines(lines))).toEqual([]);
  });

  test('can end before its parent’s clone is back', () => {
    const lines = [
      `7 clone(${process} <unfinished ...>`,
      '8 exit_group(0) = ?',
      ...end(8),
      '7 <... clone resumed>) = 8',
      ...end(7),
    ];
    expect(told(decodeLines(lines))).toEqual([
      '7/7 enter clone',
      '8/8 fork of 7/7',
      '8/8 enter exit_group',
      '8/8 exit last',
      '7/7 return clone 8',
      '7/7 exit last',
    ]);
  });

  test('of old straces, which print the flags with the answer, wait for it', () => {
    const lines = [
      '7 clone( <unfinished ...>',
      '8 close(3) = 0',
      `7 <... clone resumed> ${thread}) = 8`,
      ...end(8, 7),
    ];
    expect(forks(lines)).toEqual(['7/8 fork of 7/7']);
  });

  test('are of clone3 and vfork too', () => {
    const clone3 =
      '{flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, child_tid=0x7f, exit_signal=0} => {parent_tid=[8]}, 88';
    expect(
      forks([
        `7 clone3(${clone3}) = 8`,
        '7 vfork( <unfinished ...>',
        '9 close(1) = 0',
        '7 <... vfork resumed>) = 9',
        ...end(9, 8, 7),
      ]),
    ).toEqual(['7/8 fork of 7/7', '9/9 fork of 7/7']);
  });
});

describe('what is not known is a loss', () => {
  test('a clone that never answers: the child that may be its own', () => {
    const lines = [
      `7 clone(${thread}) = 8`,
      `7 clone(${process} <unfinished ...>`,
      `8 clone(${thread} <unfinished ...>`,
      '9 close(3) = 0',
      ...end(9, 8, 7),
    ];
    expect(lossesIn(decodeLines(lines))).toMatchObject([{ reason: 'unpaired', extent: 'moment', pid: 7 }]);
    expect(forks(lines)).toContain('9/9 fork of 7/7');
  });

  test('a thread that nobody made, told once', () => {
    const lines = ['7 close(3) = 0', '8 close(4) = 0', '9 close(5) = 0', ...end(9, 8, 7)];
    expect(lossesIn(decodeLines(lines))).toMatchObject([
      { reason: 'not-followed', extent: 'anywhere', pid: null },
    ]);
    expect(forks(lines)).toEqual(['7/8 fork of 7/7', '7/9 fork of 7/7']);
  });

  test('the child of a clone that its thread was killed in, seen only after that', () => {
    const lines = [...killedInClone, '7 +++ killed by SIGKILL +++', '8 exit_group(0) = ?', ...end(8, 6)];
    expect(lossesIn(decodeLines(lines))).toMatchObject([
      { reason: 'not-followed', extent: 'anywhere', pid: null },
    ]);
  });

  test('a child other than the clone’s answer', () => {
    const lines = [
      `7 clone(${process} <unfinished ...>`,
      '8 close(3) = 0',
      '7 <... clone resumed>) = 9',
      ...end(8, 7),
    ];
    expect(lossesIn(decodeLines(lines))).toMatchObject([{ reason: 'unpaired', pid: 7 }]);
  });

  test('strace without -f, in a program that makes threads', () => {
    const lines = [`clone(${thread}) = 8`, 'close(3) = 0', '+++ exited with 0 +++'];
    expect(lossesIn(decodeLines(lines)).map(({ reason }) => reason)).toContain('not-followed');
  });

  test('a number that is given out again ends the thread that had it', () => {
    const lines = [`7 clone(${thread}) = 8`, '8 close(3) = 0', `7 clone(${process}) = 8`, ...end(8, 7)];
    expect(told(decodeLines(lines)).slice(5, 9)).toEqual([
      '7/7 enter clone',
      '7/8 exit',
      '8/8 fork of 7/7',
      '7/7 return clone 8',
    ]);
  });

  test('however many lines wait, memory is bounded and the order stays', () => {
    const waiting = Array.from({ length: 30_000 }, (_, index) => `9 close(${index}) = 0`);
    const lines = [
      `7 clone(${thread}) = 8`,
      `7 clone(${process} <unfinished ...>`,
      `8 clone(${thread} <unfinished ...>`,
      ...waiting,
      ...end(9, 8, 7),
    ];
    const events = decodeLines(lines);
    expect(lossesIn(events).map(({ reason }) => reason)).toEqual(['unpaired']);
    const closed = events.flatMap((event) =>
      event.kind === 'enter' && event.call.name === 'close' ? [event.call.fd] : [],
    );
    expect(closed).toEqual(Array.from({ length: 30_000 }, (_, index) => index));
  });
});

describe('execve of another thread than the first', () => {
  const before = [
    `7 clone(${thread}) = 8`,
    '7 read(3,  <unfinished ...>',
    '8 execve("/a", ["a"], 0x7f /* 0 vars */ <unfinished ...>',
    '7 <... read resumed> <unfinished ...>) = ?',
    '7 +++ superseded by execve in pid 8 +++',
  ];
  const expected = [
    '7/7 enter read',
    '7/8 enter execve',
    '7/7 exit',
    '7/7 return execve 0',
    '7/7 enter close',
    '7/7 return close 0',
    '7/7 exit last',
  ];

  test('takes over its number', () => {
    expect(
      told(decodeLines([...before, '7 <... execve resumed>) = 0', '7 close(5) = 0', ...end(7)])).slice(3),
    ).toEqual(expected);
  });

  test('succeeded whatever strace says: --seccomp-bpf of 6.13 to 7.2 takes the next call for its answer', () => {
    const events = decodeLines([
      ...before,
      '7 <... execve resumed>) = -1 ENOSYS (Function not implemented)',
      '7 close(5) = 0',
      ...end(7),
    ]);
    expect(told(events).slice(3)).toEqual(expected.toSpliced(3, 0, 'loss probe-error'));
  });
});
