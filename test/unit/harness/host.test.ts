import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HarnessError } from '../../../harness/errors.ts';
import { currentHost, findCacheDirectory, findPackageRoot } from '../../../harness/host.ts';

test('the cache: the own variable, then XDG, then the home directory', () => {
  const home = join(homedir(), '.cache', 'afterclose');
  expect(findCacheDirectory({ AFTERCLOSE_CACHE: '/a/b', XDG_CACHE_HOME: '/x' })).toBe('/a/b');
  expect(findCacheDirectory({ AFTERCLOSE_CACHE: '', XDG_CACHE_HOME: '/x' })).toBe('/x/afterclose');
  expect(findCacheDirectory({ XDG_CACHE_HOME: 'relative' })).toBe(home);
  expect(findCacheDirectory({})).toBe(home);
  expect(findCacheDirectory({ AFTERCLOSE_CACHE: 'here' })).toBe(join(process.cwd(), 'here'));
});

test('the package root is found from the source and from what is compiled', () => {
  const { packageRoot } = currentHost();
  expect(existsSync(join(packageRoot, 'package.json'))).toBe(true);
  expect(findPackageRoot(join(packageRoot, 'dist', 'harness'))).toBe(packageRoot);
  expect(findPackageRoot(join(packageRoot, 'harness', 'go'))).toBe(packageRoot);
});

test("another package's package.json is not taken for ours", () => {
  const outside = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  try {
    mkdirSync(join(outside, 'harness'));
    writeFileSync(join(outside, 'package.json'), '{"name":"other"}');
    expect(() => findPackageRoot(join(outside, 'harness'))).toThrow(HarnessError);
  } finally {
    rmSync(outside, { recursive: true });
  }
});
