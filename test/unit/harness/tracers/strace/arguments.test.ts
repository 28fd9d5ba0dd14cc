import { expect, test } from 'vitest';
import { splitArguments } from '../../../../../harness/tracers/strace/arguments.ts';

const split = (text: string) => splitArguments(text, 0)?.parts;

test.each<[string, string[]]>([
  [')', []],
  ['3)', ['3']],
  ['3, {a=1, b="x, y"}, [4 => 5])', ['3', '{a=1, b="x, y"}', '[4 => 5]']],
  ['1, ") = 3 <unfinished ...>\\"", 24)', ['1', '") = 3 <unfinished ...>\\""', '24']],
  ['0x2 /* AF_INET, "( */, 1)', ['0x2 /* AF_INET, "( */', '1']],
  ['3<UDP:[127.0.0.1:3001]>, 1)', ['3<UDP:[127.0.0.1:3001]>', '1']],
  ['3<TCPv6:[[::1]:1->[::1]:2]>, 1)', ['3<TCPv6:[[::1]:1->[::1]:2]>', '1']],
  ['3<UNIX:[1->2, "/a)>,"]>, 1)', ['3<UNIX:[1->2, "/a)>,"]>', '1']],
  ['1</dev/null<char 1:3>>, 2)', ['1</dev/null<char 1:3>>', '2']],
  ['3</tmp/a(b, [c>(deleted), 2)', ['3</tmp/a(b, [c>(deleted)', '2']],
  ['AT_FDCWD</tmp/a,b>, "c")', ['AT_FDCWD</tmp/a,b>', '"c"']],
  ['21<<26, 1)', ['21<<26', '1']],
  ['3<)', ['3<']],
  ['3<, 1)', ['3<', '1']],
])('%s', (text, parts) => {
  expect(split(text)).toEqual(parts);
  expect(splitArguments(text, 0)?.close).toBe(text.length - 1);
});

test('an unfinished call has no bracket that closes it', () => {
  expect(splitArguments('4, NULL, ', 0)).toEqual({ parts: ['4', 'NULL', ''], close: -1 });
});

test.each(['"no end', '3<UDP:[1], 2)', '/* no end'])('%s has no end', (text) => {
  expect(splitArguments(text, 0)).toBeNull();
});
