import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layOut, readSourceTree } from '../../../../harness/go/source-tree.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  put('go.mod', 'module afterclose.dev/fixtures\n');
  put('internal/claims/claims.go', 'package claims\n');
  put('udp-reconnect/unfixed/main.go', 'package main\n');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const sources = () => join(directory, 'sources');
const cache = () => join(directory, 'cache');

function put(path: string, content: string): void {
  const file = join(sources(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

test('only what a build reads counts: tests, pages and expectations do not change the digest', async () => {
  const before = await readSourceTree(sources());
  expect(before.files.map(({ path }) => path)).toEqual([
    'go.mod',
    'internal/claims/claims.go',
    'udp-reconnect/unfixed/main.go',
  ]);
  put('internal/claims/claims_test.go', 'package claims\n');
  put('udp-reconnect/README.md', 'page');
  put('udp-reconnect/unfixed/variant.json', '{}');
  expect((await readSourceTree(sources())).digest).toBe(before.digest);
});

test.each([
  ['a changed file', () => put('internal/claims/claims.go', 'package claims // other\n')],
  ['a new file', () => put('internal/claims/more.go', 'package claims\n')],
  [
    'the same content under another name',
    () => {
      rmSync(join(sources(), 'internal/claims/claims.go'));
      put('internal/claims/other.go', 'package claims\n');
    },
  ],
])('%s changes the digest', async (_, change) => {
  const before = await readSourceTree(sources());
  change();
  expect((await readSourceTree(sources())).digest).not.toBe(before.digest);
});

test('the layout is a GOPATH, and is found again', async () => {
  const tree = await readSourceTree(sources());
  const goPath = await layOut(tree, 'afterclose.dev/fixtures', cache());
  const main = join(goPath, 'src/afterclose.dev/fixtures/udp-reconnect/unfixed/main.go');
  expect(readFileSync(main, 'utf8')).toBe('package main\n');
  expect(await layOut(tree, 'afterclose.dev/fixtures', cache())).toBe(goPath);
  expect(readdirSync(cache())).toHaveLength(1);
});

test('a layout that was changed or cut is made anew', async () => {
  const tree = await readSourceTree(sources());
  const goPath = await layOut(tree, 'afterclose.dev/fixtures', cache());
  const root = join(goPath, 'src/afterclose.dev/fixtures');
  rmSync(join(root, 'go.mod'));
  writeFileSync(join(root, 'internal/claims/extra.go'), 'package claims\n');
  await layOut(tree, 'afterclose.dev/fixtures', cache());
  expect((await readSourceTree(root)).digest).toBe(tree.digest);
  expect(readdirSync(cache())).toHaveLength(1);
});

test('a cache behind a symbolic link gives a path without one: old releases compare it as text', async () => {
  mkdirSync(cache());
  symlinkSync(cache(), join(directory, 'link'));
  const tree = await readSourceTree(sources());
  const goPath = await layOut(tree, 'afterclose.dev/fixtures', join(directory, 'link'));
  expect(dirname(goPath)).toBe(cache());
});

test('several that lay out the same at once do not disturb each other', async () => {
  const tree = await readSourceTree(sources());
  const paths = await Promise.all(Array.from({ length: 8 }, () => layOut(tree, 'afterclose.dev/x', cache())));
  expect(new Set(paths).size).toBe(1);
  expect(readdirSync(cache())).toHaveLength(1);
});
