import { expect, test } from 'vitest';
import { withLegacyClose } from '../../../../harness/commands/release-choice.ts';

const releases = ['go1.9.7', 'go1.15.15', 'go1.16.15', 'go1.27.4'];

test.each([
  ['none', []],
  ['newest', ['go1.27.4+legacy-close']],
  ['all', ['go1.16.15+legacy-close', 'go1.27.4+legacy-close']],
] as const)('%s: a changed release stands behind its own', (which, changed) => {
  const list = withLegacyClose(releases, which);
  expect(list.filter((name) => name.includes('+'))).toEqual(changed);
  expect(list.filter((name) => !name.includes('+'))).toEqual(releases);
  for (const name of changed) expect(list[list.indexOf(name) - 1]).toBe(name.replace('+legacy-close', ''));
});

test('where no release can be changed, none is', () => {
  expect(withLegacyClose(['go1.9.7', 'go1.15.15'], 'newest')).toEqual(['go1.9.7', 'go1.15.15']);
});
