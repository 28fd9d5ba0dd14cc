import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { expectedVerdict, listScenarios, listVariants } from '../../../../harness/go/variants.ts';
import { currentHost } from '../../../../harness/host.ts';

let packageRoot = '';
beforeEach(() => {
  packageRoot = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(packageRoot, { recursive: true });
});

function addVariant(name: string, content: unknown): void {
  const directory = join(packageRoot, 'go-fixtures', 'some-scenario', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'variant.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

const good = { title: 'a', description: 'b', expects: [{ toolchains: '<1.10', verdict: 'held' }] };

test('every folder with a variant.json is a variant', async () => {
  addVariant('second', good);
  addVariant('first', good);
  mkdirSync(join(packageRoot, 'go-fixtures', 'some-scenario', 'testdata'));
  const variants = await listVariants('some-scenario', { packageRoot });
  expect(variants).toEqual([
    { name: 'first', ...good },
    { name: 'second', ...good },
  ]);
});

test.each([
  ['no JSON', '{'],
  ['an unknown key', { ...good, extra: 1 }],
  ['a selector that selects nothing', { ...good, expects: [{ toolchains: '1.10', verdict: 'held' }] }],
  ['a change that is not known', { ...good, expects: [{ toolchains: 'legacy-clos', verdict: 'held' }] }],
  ['a verdict that can not be expected', { ...good, expects: [{ toolchains: '*', verdict: 'unknown' }] }],
])('%s is an error that names the file', async (_, content) => {
  addVariant('broken', content);
  const failed = listVariants('some-scenario', { packageRoot });
  await expect(failed).rejects.toThrow(HarnessError);
  await expect(failed).rejects.toMatchObject({
    exitCode: 2,
    what: expect.stringContaining('broken') as string,
  });
});

test('an unknown scenario is an error that names those there are', async () => {
  addVariant('first', good);
  mkdirSync(join(packageRoot, 'go-fixtures', 'internal'));
  await expect(listVariants('other', { packageRoot })).rejects.toMatchObject({
    exitCode: 2,
    remedy: 'use one of: some-scenario',
  });
});

test('a folder without variants is no scenario', async () => {
  addVariant('first', good);
  mkdirSync(join(packageRoot, 'go-fixtures', 'other', 'program'), { recursive: true });
  writeFileSync(join(packageRoot, 'go-fixtures', 'go.mod'), '');
  expect(await listScenarios({ packageRoot })).toEqual(['some-scenario']);
  expect(await listScenarios({ packageRoot: join(packageRoot, 'nothing') })).toEqual([]);
});

test('our own fixtures expect what the releases have shown', async () => {
  const variants = await listVariants('udp-reconnect', currentHost());
  const expected = (name: string, toolchain: string) => {
    const variant = variants.find((each) => each.name === name);
    return variant === undefined ? 'no such variant' : expectedVerdict(variant, toolchain);
  };
  for (const name of ['unfixed', 'deadline', 'retry']) {
    expect(expected(name, 'go1.9.7'), name).toBe('held');
    expect(expected(name, 'go1.10.8'), name).toBe('clean');
    expect(expected(name, 'go1.26.8+legacy-close'), name).toBe('held');
  }
  for (const name of ['semaphore', 'waitgroup']) {
    for (const toolchain of ['go1.9.7', 'go1.26.8', 'go1.26.8+legacy-close']) {
      expect(expected(name, toolchain), name).toBe('clean');
    }
  }
});
