import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Machine } from '../../../../../harness/tracers/debian-machine.ts';
import { setUpStrace } from '../../../../../harness/tracers/strace/setup.ts';

let cacheDirectory = '';
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), 'afterclose-cache-'));
});
afterEach(() => rmSync(cacheDirectory, { recursive: true }));

const bare: Machine = {
  platform: 'linux',
  architecture: 'x64',
  searchPath: '/nowhere',
  hasFile: () => false,
  debianMirror: null,
};
const debian: Machine = { ...bare, hasFile: () => true, debianMirror: 'http://mirror.invalid/debian' };

test.each([
  [{ ...bare, platform: 'darwin' }, 'this is darwin'],
  [bare, 'install strace 5.6 or newer by other means'],
  [{ ...debian, architecture: 'arm64' }, 'install the package strace'],
  [{ ...debian, debianMirror: null }, 'no Debian mirror'],
])('what is missing is one line, and nothing is written: %#', async (machine, words) => {
  const told: string[] = [];
  const { ready, line } = await setUpStrace(
    { cacheDirectory, isRoot: false },
    (each) => told.push(each),
    machine,
  );
  expect(ready).toBe(false);
  expect(line).toMatch(/^no strace: /);
  expect(line).toContain(words);
  expect(line).not.toContain('\n');
  expect(told).toEqual([]);
  expect(readdirSync(cacheDirectory)).toEqual([]);
});
