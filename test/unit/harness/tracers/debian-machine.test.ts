import { expect, test } from 'vitest';
import type { Machine } from '../../../../harness/tracers/debian-machine.ts';
import { keyring, missingToInstall } from '../../../../harness/tracers/debian-machine.ts';

const complete: Machine = {
  platform: 'linux',
  architecture: 'x64',
  searchPath: '/bin',
  hasFile: () => true,
  debianMirror: 'https://mirror.example/debian',
};
const without = (...paths: string[]): Machine => ({
  ...complete,
  hasFile: (path) => !paths.some((missing) => path.endsWith(missing)),
});

const missing = (machine: Machine) => missingToInstall(machine, 'a tool 2.0 or newer');

test('a complete machine lacks nothing', () => {
  expect(missing(complete)).toBeNull();
});

test('where there is no Debian, other means are named', () => {
  expect(missing(without('/dpkg'))).toContain('install a tool 2.0 or newer by other means');
});

test.each([
  [without('/apt-get'), 'no apt-get'],
  [without('/dpkg'), 'no dpkg'],
  [{ ...complete, debianMirror: null }, 'no Debian mirror'],
  [without(keyring), 'install the package debian-archive-keyring'],
  [without('ca-certificates.crt'), 'install the package ca-certificates'],
])('to install: %#', (machine, words) => {
  expect(missing(machine)).toContain(words);
});

test('a mirror without https needs no certificates', () => {
  const machine = { ...without('ca-certificates.crt'), debianMirror: 'http://mirror.example/debian' };
  expect(missing(machine)).toBeNull();
});
