import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findInstallation,
  straceArguments,
  toRecord,
} from '../../../../../harness/tracers/strace/installation.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'afterclose-cache-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A folder with a program `strace` that answers to -V. */
function addSystem(name: string, version: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'strace'), `#!/bin/sh\n[ "$1" = -V ] && echo "strace -- version ${version}"\n`);
  chmodSync(join(folder, 'strace'), 0o755);
  return folder;
}

function addPrivate(version: string): void {
  const directory = join(root, 'strace', version);
  mkdirSync(directory, { recursive: true });
  const manifest = { schemaVersion: 1, version, package: `${version}-1`, machine: 'x86_64' };
  writeFileSync(join(directory, 'installed.json'), JSON.stringify(manifest));
}

test('none', async () => {
  expect(await findInstallation(root, join(root, 'nowhere'))).toBeNull();
});

test('the system’s, where it is new enough', async () => {
  const folder = addSystem('bin', '5.10');
  addPrivate('7.2');
  expect(await findInstallation(root, `relative:${folder}`)).toEqual({
    origin: 'system',
    version: '5.10',
    strace: join(folder, 'strace'),
    loader: null,
    libraryPath: null,
  });
});

test('ours where the system’s is too old, the newest of several', async () => {
  const folder = addSystem('bin', '4.26');
  addPrivate('6.9');
  addPrivate('6.13');
  expect(await findInstallation(root, folder)).toMatchObject({ origin: 'private', version: '6.13' });
});

test('one that is too old is still found, so that it can be told', async () => {
  expect(await findInstallation(root, addSystem('bin', '4.26'))).toMatchObject({ version: '4.26' });
});

test('a program of that name that is not strace is passed over', async () => {
  const other = join(root, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'strace'), '#!/bin/sh\necho something else\n');
  chmodSync(join(other, 'strace'), 0o755);
  expect(await findInstallation(root, `${other}:${addSystem('bin', '6.1')}`)).toMatchObject({
    version: '6.1',
  });
});

test('how it is called can be handed on as text', async () => {
  addPrivate('7.2');
  const found = await findInstallation(root, '');
  expect(found).not.toBeNull();
  const words = straceArguments(found === null ? {} : toRecord(found));
  expect(words).toHaveLength(4);
  expect(words.at(-1)).toBe(join(root, 'strace', '7.2', 'usr/bin/strace'));
});
