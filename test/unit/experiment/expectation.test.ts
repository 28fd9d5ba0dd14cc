import { expect, test } from 'vitest';
import { findExpectation, isToolchainSelector } from '../../../src/experiment/expectation.ts';

const unfixed = [
  { toolchains: '<1.10', verdict: 'held' },
  { toolchains: '>=1.10', verdict: 'clean' },
  { toolchains: 'legacy-close', verdict: 'held' },
] as const;

test.each([
  ['go1.4.3', 'held'],
  ['go1.9', 'held'],
  ['go1.9.7', 'held'],
  ['go1.10', 'clean'],
  ['go1.10rc1', 'clean'],
  ['go1.10.8', 'clean'],
  ['go1.26.8', 'clean'],
  ['go2.0', 'clean'],
  ['go1.26.8+legacy-close', 'held'],
  ['go1.26.8+something-else', null],
  ['devel +0a1b2c', null],
] as const)('unfixed on %s: %s', (toolchain, expected) => {
  expect(findExpectation(unfixed, toolchain)).toBe(expected);
});

test('* selects all of them, counterfactual and nameless ones too', () => {
  const semaphore = [{ toolchains: '*', verdict: 'clean' }] as const;
  for (const toolchain of ['go1.4.3', 'go1.26.8+legacy-close', 'devel +0a1b2c']) {
    expect(findExpectation(semaphore, toolchain)).toBe('clean');
  }
});

test('the first that selects wins, and several comparisons must all hold', () => {
  const expectations = [
    { toolchains: '>1.5.3 <=1.9.7', verdict: 'held' },
    { toolchains: '*', verdict: 'clean' },
  ] as const;
  expect(findExpectation(expectations, 'go1.5.3')).toBe('clean');
  expect(findExpectation(expectations, 'go1.5.4')).toBe('held');
  expect(findExpectation(expectations, 'go1.9.7')).toBe('held');
  expect(findExpectation(expectations, 'go1.9.8')).toBe('clean');
});

test('selectors are checked', () => {
  for (const good of ['*', '<1.10', '>=1.10', '<=1.9.7 >1.4', 'legacy-close']) {
    expect(isToolchainSelector(good), good).toBe(true);
  }
  for (const bad of ['', '1.10', '=1.10', '<1', '<1.10,', '< 1.10', 'Legacy', '<go1.10', '**']) {
    expect(isToolchainSelector(bad), bad).toBe(false);
  }
});
