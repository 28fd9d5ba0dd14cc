import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  dtraceArguments,
  findInstallation,
  findPrivate,
  systemLibraryCopy,
  toRecord,
} from '../../../../../harness/tracers/dtrace/installation.ts';
import { manifestName } from '../../../../../harness/tracers/private-installation.ts';

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'afterclose-cache-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

function addPrivate(name: string, manifest: string): void {
  mkdirSync(join(cache, 'dtrace', name), { recursive: true });
  writeFileSync(join(cache, 'dtrace', name, manifestName), manifest);
}

const manifest = (version: string): string =>
  JSON.stringify({ schemaVersion: 1, version, package: version, machine: 'x86_64' });

function addProgram(answer: string): string {
  const file = join(cache, 'dtrace');
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(file, 0o755);
  return cache;
}

test('an empty cache has none', () => {
  expect(findPrivate(cache)).toBeNull();
});

test('the newest whole private one is taken', () => {
  addPrivate('2.0.7-3', manifest('2.0.7'));
  addPrivate('2.0.10-1', manifest('2.0.10'));
  mkdirSync(join(cache, 'dtrace', '2.1.0-1'));
  expect(findPrivate(cache)).toMatchObject({ origin: 'private', version: '2.0.10' });
});

test('a damaged manifest is none', () => {
  addPrivate('2.0.7-3', '{"schemaVersion":1');
  expect(findPrivate(cache)).toBeNull();
});

test.runIf(process.platform === 'linux')('the system’s own comes first', async () => {
  const place = addProgram('dtrace: D 2.0.7');
  expect(await findInstallation(join(cache, 'nowhere'), place)).toMatchObject({
    origin: 'system',
    version: '2.0.7',
    dtrace: join(place, 'dtrace'),
    dLibraries: null,
  });
});

test.runIf(process.platform === 'linux')('its D libraries are those that set-up copied', async () => {
  const place = addProgram('dtrace: D 2.0.7');
  const elsewhere = join(cache, 'elsewhere');
  mkdirSync(systemLibraryCopy(elsewhere, '2.0.7'), { recursive: true });
  expect(await findInstallation(elsewhere, place)).toMatchObject({
    dLibraries: systemLibraryCopy(elsewhere, '2.0.7'),
  });
});

test.each(['Usage dtrace -h -s File.d [-o File]', 'dtrace: Sun D 1.13'])(
  'systemtap’s program of the same name and older ones are not taken: %s',
  async (answer) => {
    const place = addProgram(answer);
    const found = await findInstallation(join(cache, 'nowhere'), place);
    expect(found?.dtrace).not.toBe(join(place, 'dtrace'));
  },
);

test('what probe finds is what command calls', () => {
  addPrivate('2.0.7-3', manifest('2.0.7'));
  const found = findPrivate(cache);
  expect(found).not.toBeNull();
  const root = join(cache, 'dtrace', '2.0.7-3');
  expect(dtraceArguments(toRecord(found!, '/sockets.d', 2))).toEqual([
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    join(root, 'usr/lib/x86_64-linux-gnu'),
    join(root, 'usr/sbin/dtrace'),
    `-xsyslibdir=${join(root, 'dlib')}`,
  ]);
});
