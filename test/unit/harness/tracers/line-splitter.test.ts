import { expect, test } from 'vitest';
import { createLineSplitter, longestLine } from '../../../../harness/tracers/line-splitter.ts';

const encoder = new TextEncoder();

function split(...chunks: readonly string[]): { lines: string[]; rest: string | null } {
  const lines: string[] = [];
  let rest: string | null = null;
  const read = (bytes: Uint8Array, start: number, end: number): string =>
    new TextDecoder().decode(bytes.subarray(start, end));
  const splitter = createLineSplitter((...line) => lines.push(read(...line)));
  for (const chunk of chunks) splitter.push(encoder.encode(chunk));
  splitter.end((...line) => (rest = read(...line)));
  return { lines, rest };
}

test('lines end at newlines, empty ones included', () => {
  expect(split('a\n\nbc\n')).toEqual({ lines: ['a', '', 'bc'], rest: null });
});

test('a line may come in any number of pieces', () => {
  expect(split('a', 'b', '', 'c\nd', '\n')).toEqual({ lines: ['abc', 'd'], rest: null });
});

test('what stands after the last newline is told apart', () => {
  expect(split('a\nb', 'c')).toEqual({ lines: ['a'], rest: 'bc' });
});

test('a line that is too long is cut alike, in one piece or in many', () => {
  const long = 'x'.repeat(longestLine + 5);
  const cut = { lines: [long.slice(0, longestLine), 'y'], rest: null };
  expect(split(`${long}\ny\n`)).toEqual(cut);
  expect(split(long.slice(0, 9), long.slice(9, 4000), long.slice(4000), '\ny\n')).toEqual(cut);
});
