import { describe, expect, test } from 'vitest';
import { decodeFiles, lossesIn, told } from './decode-text.ts';

const thread = 'child_stack=0xc0, flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';

test('the lines of several files, in the order of their stamps', async () => {
  const events = await decodeFiles({
    7: [
      `1795430663.000100 clone(${thread}) = 8 <0.000050>`,
      '1795430663.000400 close(3) = 0 <0.000010>',
      '1795430663.000900 +++ exited with 0 +++',
    ],
    8: [
      '1795430663.000200 recvfrom(3, "x", 1, 0, NULL, NULL) = 1 <0.000400>',
      '1795430663.000800 +++ exited with 0 +++',
    ],
  });
  expect(events.map((event, index) => `${event.at} ${told(events)[index] ?? ''}`)).toEqual([
    '0 7/7 enter clone',
    '50000 7/8 fork of 7/7',
    '50001 7/7 return clone 8',
    '100000 7/8 enter recvfrom',
    '300000 7/7 enter close',
    '310000 7/7 return close 0',
    '500000 7/8 return recvfrom 1',
    '700000 7/8 exit',
    '800000 7/7 exit last',
  ]);
});

test('without -T a call came back before its thread’s next line: nothing more is known', async () => {
  const events = await decodeFiles({
    7: [
      `1795430663.1 clone(${thread}) = 8`,
      '1795430663.2 close(3) = 0',
      '1795430663.9 +++ exited with 0 +++',
    ],
    8: ['1795430663.15 recvfrom(3, "x", 1, 0, NULL, NULL) = 1', '1795430663.8 +++ exited with 0 +++'],
  });
  expect(events.find((event) => event.kind === 'return' && event.name === 'recvfrom')?.at).toBe(700_000_000);
});

test('an execve by another thread than the first goes on in the other file', async () => {
  const events = await decodeFiles({
    7: [
      `1795430663.1 clone(${thread}) = 8 <0.01>`,
      '1795430663.2 read(3,  <unfinished ...>) = ?',
      '1795430663.4 +++ superseded by execve in pid 8 +++',
      '1795430663.5 <... execve resumed>) = 0 <0.2>',
      '1795430663.6 +++ exited with 0 +++',
    ],
    8: ['1795430663.3 execve("/a", ["a"], 0x7f /* 0 vars */ <pid changed to 7 ...>'],
  });
  expect(told(events).slice(3)).toEqual([
    '7/7 enter read',
    '7/8 enter execve',
    '7/7 exit',
    '7/7 return execve 0',
    '7/7 exit last',
  ]);
});

test('stamps on both sides of midnight', async () => {
  const events = await decodeFiles({
    7: [`23:59:59.9 clone(${thread}) = 8 <0.01>`, '00:00:00.3 +++ exited with 0 +++'],
    8: ['00:00:00.1 close(3) = 0 <0.01>', '00:00:00.2 +++ exited with 0 +++'],
  });
  expect(told(events).slice(3)).toEqual([
    '7/8 enter close',
    '7/8 return close 0',
    '7/8 exit',
    '7/7 exit last',
  ]);
});

describe('files that can not be put in order say so', () => {
  test.each([
    ['no stamps', '', 'without time stamps'],
    ['-r', '     0.000010 ', 'with -r'],
    ['-t', '10:00:00 ', 'whole seconds'],
    ['whole seconds since 1970', '1795430663 ', 'whole seconds'],
  ])('%s', async (_style, stamp, words) => {
    const events = await decodeFiles({
      7: [`${stamp}clone(${thread}) = 8`, `${stamp}+++ exited with 0 +++`],
      8: [`${stamp}close(3) = 0`, `${stamp}+++ exited with 0 +++`],
    });
    expect(events[0]).toMatchObject({ kind: 'loss', reason: 'unordered', extent: 'anywhere', pid: null });
    expect(lossesIn(events)[0]?.text).toContain(words);
  });

  test('one file alone needs no order', async () => {
    expect(lossesIn(await decodeFiles({ 7: ['close(3) = 0', '+++ exited with 0 +++'] }))).toEqual([]);
  });
});

test('a file that is missing is a loss', async () => {
  const events = await decodeFiles({
    7: [`1795430663.1 clone(${thread}) = 8 <0.01>`, '1795430663.2 +++ exited with 0 +++'],
  });
  expect(lossesIn(events)).toMatchObject([
    { reason: 'not-followed', extent: 'anywhere', text: 'the log of thread 8 is not here' },
  ]);
});

test('no files, and files of nothing', async () => {
  expect(lossesIn(await decodeFiles({}))).toMatchObject([{ reason: 'truncated' }]);
  expect(lossesIn(await decodeFiles({ 7: [], 8: [] })).map(({ reason }) => reason)).toContain('truncated');
});
