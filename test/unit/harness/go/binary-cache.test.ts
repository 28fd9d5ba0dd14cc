import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheKey, openBinaryCache } from '../../../../harness/go/binary-cache.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const write = (content: string, toolchain: string) => (file: string) => {
  writeFileSync(file, content);
  return Promise.resolve(toolchain);
};

test('what was added is found, with the toolchain that the binary reported', async () => {
  const cache = openBinaryCache(directory);
  expect(await cache.find('key', 'unfixed')).toBeNull();
  const added = await cache.add('key', 'unfixed', write('program', 'go1.9.7'));
  expect(await openBinaryCache(directory).find('key', 'unfixed')).toEqual(added);
  expect(added).toMatchObject({ toolchain: 'go1.9.7', binary: join(directory, 'key', 'unfixed') });
  expect(added.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('a binary that was changed is not found, and can be made again', async () => {
  const cache = openBinaryCache(directory);
  const { binary } = await cache.add('key', 'unfixed', write('program', 'go1.9.7'));
  writeFileSync(binary, 'Program');
  expect(await cache.find('key', 'unfixed')).toBeNull();
  await cache.add('key', 'unfixed', write('program', 'go1.9.7'));
  expect(readFileSync(binary, 'utf8')).toBe('program');
});

test('a build that fails leaves nothing behind', async () => {
  const failing = openBinaryCache(directory).add('key', 'unfixed', (file) => {
    writeFileSync(file, 'half');
    return Promise.reject(new Error('no such release'));
  });
  await expect(failing).rejects.toThrow('no such release');
  expect(readdirSync(directory)).toEqual([]);
});

test('of several that add the same key at once, one wins for all', async () => {
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      openBinaryCache(directory).add('key', 'unfixed', write(`program ${index}`, 'go1.9.7')),
    ),
  );
  expect(new Set(results.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(await openBinaryCache(directory).find('key', 'unfixed')).toEqual(results[0]);
  expect(readdirSync(directory)).toEqual(['key']);
});

test('the key depends on every part', () => {
  expect(cacheKey([1, 'a', ['x']])).toBe(cacheKey([1, 'a', ['x']]));
  expect(cacheKey([1, 'a', ['x']])).not.toBe(cacheKey([1, 'a', []]));
  expect(cacheKey(['a', 'b'])).not.toBe(cacheKey(['ab']));
});
