import { expect, test } from 'vitest';
import { endOf, isUsable, readVersion } from '../../../../../harness/tracers/strace/version.ts';

test.each([
  ['strace -- version 6.1\nCopyright (c) 1991-2022', '6.1'],
  ['strace -- version 6.1.0.5.abcd-dirty', '6.1.0.5'],
  ['strace -- version 4.26', '4.26'],
  ['strace 1.0', null],
  ['', null],
])('%j', (output, version) => {
  expect(readVersion(output)).toBe(version);
});

test.each([
  ['4.26', false, 'apart'],
  ['5.5', false, 'apart'],
  ['5.6', true, 'apart'],
  ['5.10', true, 'apart'],
  ['6.1', true, 'apart'],
  ['6.6', true, 'together'],
  ['6.13', true, 'together'],
  ['7.2', true, 'together'],
])('%s', (version, usable, ends) => {
  expect([isUsable(version), endOf(version)]).toEqual([usable, ends]);
});
