import { expect, test } from 'vitest';
import type { Machine } from '../../../../../harness/tracers/debian-machine.ts';
import { missingToTrace } from '../../../../../harness/tracers/dtrace/preconditions.ts';

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
  expect(missingToTrace(complete)).toBeNull();
});

test.each([
  [{ ...complete, platform: 'darwin' }, 'this is darwin'],
  [{ ...complete, architecture: 'arm64' }, 'x86-64 only'],
  [without('/unshare'), 'util-linux'],
])('to trace: %#', (machine, words) => {
  expect(missingToTrace(machine)).toContain(words);
});
