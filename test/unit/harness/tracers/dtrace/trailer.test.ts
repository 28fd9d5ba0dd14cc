import { expect, test } from 'vitest';
import { readHeader, readTrailer } from '../../../../../harness/tracers/dtrace/trailer.ts';

test.each([
  ['4.19.0', false],
  ['6.1.0-13-amd64', false],
  ['6.15.9', false],
  ['6.16.0-rc1', true],
  ['6.18.44', true],
  ['7.0.1', true],
])('kernel %s says at its exit whether a thread was the last: %s', (release, exitSaysLast) => {
  expect(readHeader(`@BEGIN 1 2 3 ${release}`)).toEqual({ system: 'linux', exitSaysLast });
});

test.each(['@BEGIN', '@BEGIN 1 2 6.18.44', '@BEGIN 1 2 3 unknown', '@BEGIN 1 2 3 6.18.44 more'])(
  '%s begins no trace',
  (line) => {
    expect(readHeader(line)).toBeNull();
  },
);

test('the counts of the kernel', () => {
  expect(readTrailer('@END S=1 E=2 R=3 M=4 F=5 C=6 X=7 !=8 compat=9')).toEqual({
    lines: { S: 1, E: 2, R: 3, M: 4, F: 5, C: 6, X: 7, '!': 8 },
    compatCalls: 9,
  });
});

test.each([
  '@END',
  '@END S=1',
  '@END S=1 E=2 R=3 M=4 F=5 C=6 X=7 !=8',
  '@END S=1 E=2 R=3 M=4 F=5 C=6 X=7 !=8 compat=',
])('%s, cut, ends no trace', (line) => {
  expect(readTrailer(line)).toBeNull();
});
