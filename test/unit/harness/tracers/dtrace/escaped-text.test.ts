import { expect, test } from 'vitest';
import { unescapeText } from '../../../../../harness/tracers/dtrace/escaped-text.ts';

function unescape(text: string): number[] | null {
  const bytes = unescapeText(new TextEncoder().encode(text));
  return bytes === null ? null : [...bytes];
}

// The left sides are what DTrace 2.0.7 printed for these bytes.
test.each([
  ['\\0', []],
  ['ab\\0', [0x61, 0x62]],
  ['\\\\0\\0', [0x5c, 0x30]],
  ['\\377\\001\\0', [0xff, 1]],
  ['\\a\\b\\t\\n\\v\\f\\r\\0', [7, 8, 9, 10, 11, 12, 13]],
  ['%\\"\'?\\0', [0x25, 0x22, 0x27, 0x3f]],
  ['\\177\\033[2J\\0', [0x7f, 0x1b, 0x5b, 0x32, 0x4a]],
  ['\\0007\\0', [0, 0x37]],
])('%s', (escaped, bytes) => {
  expect(unescape(escaped)).toEqual(bytes);
});

test.each(['', 'no end', '\\', '\\x41\\0', '\\400\\0', '\\0 and more', 'raw\ttab\\0', 'é\\0', '\\12\\0'])(
  '%j is not the output of DTrace',
  (text) => {
    expect(unescape(text)).toBeNull();
  },
);
