import { describe, expect, test } from 'vitest';
import { collect, commandLine, portPair, wholeNumber } from '../../../../harness/commands/options.ts';

describe('whole numbers', () => {
  const parse = wholeNumber(1, 1000);
  test.each([
    ['1', 1],
    ['1000', 1000],
    ['007', 7],
  ])('%j is one', (text, value) => {
    expect(parse(text)).toBe(value);
  });
  test.each(['0', '1001', '-1', '1.5', '1e2', '0x10', '', ' 1', 'five', '９', '9'.repeat(400)])(
    '%j is none',
    (text) => {
      expect(() => parse(text)).toThrow('from 1 to 1000');
    },
  );
});

test('repeated values are kept once, in their order', () => {
  expect(
    ['b', 'a', 'b'].reduce<readonly string[] | undefined>(
      (before, value) => collect(value, before),
      undefined,
    ),
  ).toEqual(['b', 'a']);
});

test('a command line can be typed again', () => {
  expect(commandLine(['repro', '--variant', "it's", '--seed', '', '--runs=5'])).toBe(
    `afterclose repro --variant 'it'\\''s' --seed '' --runs=5`,
  );
});

test.each([
  [['--out', '/some/where']],
  [['--out=/some/where']],
  [['--reporter', 'junit=/some/where']],
  [['--reporter=json', '--reporter', 'tap=t']],
])('a command line does not tell %j', (out) => {
  expect(commandLine(['repro', ...out, '--runs', '5'])).toBe('afterclose repro --runs 5');
});

describe('pairs of ports', () => {
  test.each([
    ['3001,3002', [3001, 3002]],
    ['65535,1', [65_535, 1]],
  ])('%j is one', (text, pair) => {
    expect(portPair(text)).toEqual(pair);
  });
  test.each(['', '3001', '3001,', '3001,3001', '3001,03001', '0,1', '1,65536', '1,2,3', ' 1,2', '-1,2'])(
    '%j is none',
    (text) => {
      expect(() => portPair(text)).toThrow('two different ports');
    },
  );
});
