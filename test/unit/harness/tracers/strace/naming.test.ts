import { describe, expect, test } from 'vitest';
import { decodeLines, lossesIn, told } from './decode-text.ts';

const thread = 'child_stack=0xc0, flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';

describe('a log that went to a terminal', () => {
  test('leaves out the number of the only thread; the first one is called 0', () => {
    expect(
      told(
        decodeLines([
          'close(3) = 0',
          `clone(${thread}strace: Process 8 attached`,
          ') = 8',
          '[pid     7] close(4 <unfinished ...>',
          '[pid     8] close(5) = 0',
          '[pid     7] <... close resumed>) = 0',
          '[pid     8] +++ exited with 0 +++',
          'close(6) = 0',
          '+++ exited with 0 +++',
        ]),
      ),
    ).toEqual([
      '0/0 enter close',
      '0/0 return close 0',
      '0/0 enter clone',
      '0/8 fork of 0/0',
      '0/0 return clone 8',
      '0/0 enter close',
      '0/8 enter close',
      '0/8 return close 0',
      '0/0 return close 0',
      '0/8 exit',
      '0/0 enter close',
      '0/0 return close 0',
      '0/0 exit last',
    ]);
  });

  test('names the first thread by the call that it comes back from', () => {
    const lines = [
      `clone(${thread} <unfinished ...>`,
      '[pid 8] close(3) = 0',
      '[pid 7] <... clone resumed>) = 8',
      '[pid 7] close(4) = 0',
      '[pid 8] +++ exited with 0 +++',
      '+++ exited with 0 +++',
    ];
    expect(told(decodeLines(lines))).toEqual([
      '0/0 enter clone',
      '0/8 fork of 0/0',
      '0/8 enter close',
      '0/8 return close 0',
      '0/0 return clone 8',
      '0/0 enter close',
      '0/0 return close 0',
      '0/8 exit',
      '0/0 exit last',
    ]);
  });

  test('does not take it for the child of another thread’s clone', () => {
    const lines = [
      `clone(${thread}) = 8`,
      `[pid 8] clone(${thread} <unfinished ...>`,
      '[pid 7] close(3) = 0',
      '[pid 9] close(4) = 0',
      '[pid 8] <... clone resumed>) = 9',
      '[pid 9] +++ exited with 0 +++',
      '[pid 8] +++ exited with 0 +++',
      '+++ exited with 0 +++',
    ];
    expect(lossesIn(decodeLines(lines))).toEqual([]);
    expect(told(decodeLines(lines)).slice(3)).toEqual([
      '0/8 enter clone',
      '0/0 enter close',
      '0/0 return close 0',
      '0/9 fork of 0/8',
      '0/9 enter close',
      '0/9 return close 0',
      '0/8 return clone 9',
      '0/9 exit',
      '0/8 exit',
      '0/0 exit last',
    ]);
  });

  test('knows the first thread by its number when two clones are in flight', () => {
    const vfork = 'child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD';
    const lines = [
      `clone(${thread}) = 8`,
      '[pid 7] close(3) = 0',
      `[pid 8] clone(${vfork} <unfinished ...>`,
      `[pid 7] clone(${vfork} <unfinished ...>`,
      '[pid 9] close(4) = 0',
      '[pid 10] close(5) = 0',
      '[pid 7] <... clone resumed>) = 9',
      '[pid 8] <... clone resumed>) = 10',
      ...[10, 9, 8].map((number) => `[pid ${number}] +++ exited with 0 +++`),
      '+++ exited with 0 +++',
    ];
    const events = decodeLines(lines);
    expect(lossesIn(events)).toEqual([]);
    expect(told(events).filter((line) => line.includes(' fork of '))).toEqual([
      '0/8 fork of 0/0',
      '9/9 fork of 0/0',
      '10/10 fork of 0/8',
    ]);
  });

  test('gives the line to a child that is left alone', () => {
    const lines = [
      'fork() = 8',
      '[pid 7] exit_group(0) = ?',
      '[pid 7] +++ exited with 0 +++',
      'close(3) = 0',
      '+++ exited with 0 +++',
    ];
    expect(told(decodeLines(lines)).slice(3)).toEqual([
      '0/0 enter exit_group',
      '0/0 exit last',
      '8/8 enter close',
      '8/8 return close 0',
      '8/8 exit last',
    ]);
  });

  test('is broken in mid-line by messages of strace itself', () => {
    const lines = [
      'recvfrom(5, strace: Process 8 attached',
      '/usr/bin/strace: Process 9 attached',
      '"x", 64, 0, NULL, NULL) = 1',
      '+++ exited with 0 +++',
    ];
    expect(told(decodeLines(lines))).toEqual([
      '0/0 enter recvfrom',
      '0/0 return recvfrom 1',
      '0/0 exit last',
    ]);
  });
});

test('numbers that come late, as in a log whose head is missing, are a loss', () => {
  expect(lossesIn(decodeLines(['close(3) = 0', '7 close(4) = 0', '7 +++ exited with 0 +++']))).toMatchObject([
    { reason: 'unparsed', extent: 'anywhere' },
  ]);
});
