import { expect, test } from 'vitest';
import type { Machine } from '../../../../../harness/tracers/dtrace/preconditions.ts';
import {
  keyring,
  missingToInstall,
  missingToTrace,
} from '../../../../../harness/tracers/dtrace/preconditions.ts';

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

test('a complete machine lacks nothing', () => {
  expect([missingToTrace(complete), missingToInstall(complete)]).toEqual([null, null]);
});

test.each([
  [{ ...complete, platform: 'darwin' }, 'this is darwin'],
  [{ ...complete, architecture: 'arm64' }, 'x86-64 only'],
  [without('/unshare'), 'util-linux'],
])('to trace: %#', (machine, words) => {
  expect(missingToTrace(machine)).toContain(words);
});

test.each([
  [without('/apt-get'), 'no apt-get'],
  [without('/dpkg'), 'no dpkg'],
  [{ ...complete, debianMirror: null }, 'no Debian mirror'],
  [without(keyring), 'install the package debian-archive-keyring'],
  [without('ca-certificates.crt'), 'install the package ca-certificates'],
])('to install: %#', (machine, words) => {
  expect(missingToInstall(machine)).toContain(words);
});

test('a mirror without https needs no certificates', () => {
  const machine = { ...without('ca-certificates.crt'), debianMirror: 'http://mirror.example/debian' };
  expect(missingToInstall(machine)).toBeNull();
});
