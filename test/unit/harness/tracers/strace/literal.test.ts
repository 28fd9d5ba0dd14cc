import { expect, test } from 'vitest';
import { readLiteral, toText } from '../../../../../harness/tracers/strace/literal.ts';

test.each([
  ['"plain"', 'plain'],
  ['""', ''],
  [String.raw`"\n\t\r\v\f\"\\"`, '\n\t\r\v\f"\\'],
  // An octal escape is as short as it can be, and has three digits where a digit follows.
  [String.raw`"\0\1\1779\33[0m\0011"`, '\0\x01\x7f9\x1b[0m\x011'],
  [String.raw`"\x2f\x40a"`, '/@a'],
  [String.raw`"\303\251"`, '\xc3\xa9'],
])('%s', (printed, bytes) => {
  expect(readLiteral(printed, 0)).toMatchObject({ bytes, isCut: false, end: printed.length });
});

test('a string that is longer than -s allows is cut', () => {
  expect(readLiteral('"abc"..., 17', 0)).toMatchObject({ bytes: 'abc', isCut: true });
});

test.each(['', 'abc', '"no end', String.raw`"no end\"`])('%j is none', (text) => {
  expect(readLiteral(text, 0)).toBeNull();
});

test('bytes are UTF-8 to their program', () => {
  expect(toText('\xc3\xa9 \xe2\x82\xac')).toBe('é €');
  expect(toText('\xff')).toBe('�');
});
