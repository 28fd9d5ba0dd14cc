import { expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { parseToolchainName } from '../../../../harness/go/toolchain-name.ts';

test.each([
  ['local', 'local'],
  ['1.9.7', 'go1.9.7'],
  ['go1.9.7', 'go1.9.7'],
  ['1.4', 'go1.4'],
  ['1.27rc1', 'go1.27rc1'],
  ['go1.5beta2', 'go1.5beta2'],
  ['local+legacy-close', 'local+legacy-close'],
  ['1.26.8+legacy-close', 'go1.26.8+legacy-close'],
  ['go1.26.8+legacy-close', 'go1.26.8+legacy-close'],
])('%s names %s', (text, expected) => {
  expect(parseToolchainName(text)).toBe(expected);
});

test.each([
  '',
  'go',
  '1',
  '1.',
  '1.9.',
  '1.9.7.1',
  'v1.9.7',
  'GO1.9.7',
  ' 1.9.7',
  '1.9.7\n',
  'auto',
  'path',
  'go1.9.7+auto',
  'go1.9.7-suffix',
  '-1.9.7',
  '../go1.9.7',
  '2.0',
  '+legacy-close',
  'local+',
  'local+legacy',
  'local+legacy-close\n',
  'local+legacy-close+legacy-close',
  'local + legacy-close',
])('%j is refused as usage', (text) => {
  expect(() => parseToolchainName(text)).toThrow(HarnessError);
  expect(() => parseToolchainName(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test.each([
  ['1.9.7+legacy-close', /the wait in Close came with Go 1\.10/],
  ['go1.12.17+legacy-close', /-overlay/],
])('%s is refused before anything is fetched, and says why', (text, why) => {
  expect(() => parseToolchainName(text)).toThrow(
    expect.objectContaining({ exitCode: 2, why: expect.stringMatching(why) as string }),
  );
});
