import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeLegacyCloseOverlay, refuseLegacyClose } from '../../../../harness/go/overlay.ts';

const source = `package poll

func (fd *FD) Close() error {
	if fd.isBlocking == 0 {
		runtime_Semacquire(&fd.csema)
	}
	return nil
}
`;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function goRootWith(content: string): { readonly name: string; readonly goRoot: string } {
  const goRoot = join(directory, 'go');
  const file = join(goRoot, 'src/internal/poll/fd_unix.go');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return { name: 'go1.99.1', goRoot };
}

test('the overlay puts the changed copy in the place of the original, which stays as it is', async () => {
  const toolchain = goRootWith(source);
  const { file } = await makeLegacyCloseOverlay(toolchain, join(directory, 'cache'));
  const original = join(toolchain.goRoot, 'src/internal/poll/fd_unix.go');
  const { Replace } = JSON.parse(readFileSync(file, 'utf8')) as { Replace: Record<string, string> };
  expect(Object.keys(Replace)).toEqual([original]);
  expect(readFileSync(original, 'utf8')).toBe(source);
  const copy = readFileSync(Replace[original] ?? '', 'utf8');
  expect(copy).not.toContain('runtime_Semacquire');
  expect(copy.split('\n')).toHaveLength(source.split('\n').length);
});

test('the same source gives the same overlay, another source another digest; a damaged one is made anew', async () => {
  const cache = join(directory, 'cache');
  const first = await makeLegacyCloseOverlay(goRootWith(source), cache);
  writeFileSync(join(dirname(first.file), 'fd_unix.go'), 'package damaged');
  expect(await makeLegacyCloseOverlay(goRootWith(source), cache)).toEqual(first);
  expect(readFileSync(join(dirname(first.file), 'fd_unix.go'), 'utf8')).toContain('package poll');
  const other = await makeLegacyCloseOverlay(goRootWith(`${source}\n// changed\n`), cache);
  expect(other.digest).not.toBe(first.digest);
  expect(readdirSync(join(cache, 'go/overlays'))).toHaveLength(2);
});

test('several at once make one', async () => {
  const toolchain = goRootWith(source);
  const cache = join(directory, 'cache');
  const made = await Promise.all(Array.from({ length: 8 }, () => makeLegacyCloseOverlay(toolchain, cache)));
  expect(new Set(made.map(({ file }) => file)).size).toBe(1);
  expect(readdirSync(join(cache, 'go/overlays'))).toHaveLength(1);
});

test('a source without the block is refused with what was looked for and where', async () => {
  const toolchain = goRootWith(source.replace('isBlocking == 0', 'isBlocking == 7'));
  await expect(makeLegacyCloseOverlay(toolchain, join(directory, 'cache'))).rejects.toMatchObject({
    exitCode: 3,
    what: 'can not make go1.99.1+legacy-close',
    why: expect.stringMatching(/fd_unix\.go .*no block `if fd\.isBlocking == 0/) as string,
    remedy: expect.stringContaining('--go 1.26.8+legacy-close') as string,
  });
});

test('a Go without its sources is refused with the way out', async () => {
  const toolchain = { name: 'go1.99.1', goRoot: join(directory, 'nothing') };
  await expect(makeLegacyCloseOverlay(toolchain, join(directory, 'cache'))).rejects.toMatchObject({
    exitCode: 3,
    why: expect.stringContaining('ENOENT') as string,
    remedy: expect.stringContaining('install the sources') as string,
  });
});

test.each([
  ['go1.4.3', /nothing to remove: the wait in Close came with Go 1\.10/],
  ['go1.9.7', /nothing to remove/],
  ['go1.10.8', /has no -overlay/],
  ['go1.15.15', /has no -overlay/],
])('%s can not have a legacy close, and says why', (release, why) => {
  expect(refuseLegacyClose(release)).toMatch(why);
});

test.each(['go1.16', 'go1.26.8', 'go1.27rc1', 'devel go1.28-0a1b2c'])('%s may', (release) => {
  expect(refuseLegacyClose(release)).toBeNull();
});
