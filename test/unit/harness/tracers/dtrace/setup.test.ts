import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Machine } from '../../../../../harness/tracers/debian-machine.ts';
import { setUpDtrace } from '../../../../../harness/tracers/dtrace/setup.ts';

let cacheDirectory = '';
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), 'afterclose-cache-'));
});
afterEach(() => rmSync(cacheDirectory, { recursive: true }));

const bare: Machine = {
  platform: 'linux',
  architecture: 'x64',
  searchPath: '/nowhere',
  hasFile: (path) => path.endsWith('/unshare'),
  debianMirror: null,
};

const told: string[] = [];
const setUp = (machine: Machine, host = { cacheDirectory, isRoot: false }) =>
  setUpDtrace(host, (line) => told.push(line), machine);

test('what is missing is one line with its consequence, and nothing is written', async () => {
  const { ready, line } = await setUp({ ...bare, architecture: 'arm64' });
  expect(ready).toBe(false);
  expect(line).toMatch(
    /^no DTrace: this is arm64.* Without it repro traces with strace where that can be had/,
  );
  expect(readdirSync(cacheDirectory)).toEqual([]);
  expect(told).toEqual([]);
});

// Where a dtrace is installed in /usr/sbin it is found whatever the search path says.
test('a cache that the loader can not name is refused before anything is fetched', async () => {
  const machine = { ...bare, hasFile: () => true, debianMirror: 'http://mirror.invalid/debian' };
  const { ready, line } = await setUp(machine, {
    cacheDirectory: join(cacheDirectory, 'a b'),
    isRoot: false,
  });
  expect(ready).toBe(false);
  expect(line).toMatch(/set AFTERCLOSE_CACHE|tracing with it needs root/);
});
