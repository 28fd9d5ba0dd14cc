import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cache } from '../../../../harness/doctor/cache.ts';
import type { Place } from '../../../../harness/doctor/check.ts';
import { go } from '../../../../harness/doctor/go.ts';
import { integrityProtection, judgeStatus } from '../../../../harness/doctor/integrity-protection.ts';
import { judgeSystem } from '../../../../harness/doctor/kernel.ts';
import { locking } from '../../../../harness/doctor/locking.ts';
import { isAtLeast, node } from '../../../../harness/doctor/node.ts';
import { judgeScope } from '../../../../harness/doctor/ptrace.ts';
import { releases } from '../../../../harness/doctor/releases.ts';
import { rights } from '../../../../harness/doctor/rights.ts';
import { sessions } from '../../../../harness/doctor/sessions.ts';
import { describeStrace } from '../../../../harness/doctor/strace.ts';
import { userNamespaces } from '../../../../harness/doctor/user-namespaces.ts';
import { somewhere } from './place.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const place = (changed: Partial<Place>): Place => ({ ...somewhere, ...changed });
const withSystem = (changed: Partial<Place['system']>): Place =>
  place({ system: { ...somewhere.system, ...changed } });

describe('Node.js', () => {
  test('the manifest decides what is new enough', async () => {
    expect(await node.look(withSystem({ node: '20.19.0' }))).toEqual({ state: 'ok', found: '20.19.0' });
    expect(await node.look(withSystem({ node: '18.20.4' }))).toMatchObject({
      state: 'missing',
      remedy: 'install Node.js 20.19 or newer',
    });
  });

  test.each([
    ['20.19.0', '20.19', true],
    ['20.19', '20.19.0', true],
    ['22.0.0', '20.19', true],
    ['20.9.0', '20.19', false],
    ['9.99', '20.19', false],
    ['6.10', '6.6', true],
    ['6', '6.6', false],
  ])('%s against %s', (version, least, expected) => {
    expect(isAtLeast(version, least)).toBe(expected);
  });
});

describe('Go', () => {
  test('the settings that elsewhere decide the release are told, since they decide nothing here', async () => {
    const finding = await go.look(
      place({ environment: { ...process.env, GOTOOLCHAIN: 'local', GO111MODULE: 'off' } }),
    );
    expect(finding).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^go1\..*\/go; GOTOOLCHAIN=local and GO111MODULE=off not used/) as string,
    });
  });

  test('a go command that does not work', async () => {
    writeFileSync(join(directory, 'go'), '#!/bin/sh\necho "no such instruction" >&2\nexit 1\n');
    chmodSync(join(directory, 'go'), 0o755);
    const broken = place({
      environment: { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` },
    });
    expect(await go.look(broken)).toMatchObject({
      state: 'missing',
      found: `${directory}/go does not work`,
      why: expect.stringContaining('no such instruction') as string,
      remedy: expect.stringContaining('install Go') as string,
    });
    expect(await releases.look(broken)).toMatchObject({ state: 'missing', remedy: 'see Go' });
  });
});

describe('Go releases', () => {
  const withModules = (more: NodeJS.ProcessEnv): Place =>
    place({ environment: { ...process.env, GOMODCACHE: directory, GOPROXY: 'off', ...more } });
  const download = (release: string): void => {
    mkdirSync(join(directory, 'golang.org', `toolchain@v0.0.1-${release}.linux-amd64`), { recursive: true });
  };

  test('none here and no downloads', async () => {
    expect(await releases.look(withModules({}))).toMatchObject({
      state: 'degraded',
      found: 'none downloaded',
      why: 'downloads are switched off (GOPROXY=off)',
    });
  });

  test('what repro needs is here: no downloads are no obstacle', async () => {
    download('go1.10.8');
    download('go1.9.7');
    expect(await releases.look(withModules({}))).toEqual({
      state: 'ok',
      found: 'go1.9.7, go1.10.8; no others: downloads are switched off (GOPROXY=off)',
    });
  });

  test('the proxy is not asked', async () => {
    // Port 9 (discard) answers nobody.
    const finding = await releases.look(withModules({ GOPROXY: 'http://127.0.0.1:9' }));
    expect(finding).toEqual({ state: 'ok', found: 'none downloaded; others come through the module proxy' });
  });

  test('unless somebody wants to know', async () => {
    download('go1.9.7');
    const online = { ...withModules({ GOPROXY: 'http://127.0.0.1:9' }), network: 'may-ask' as const };
    expect(await releases.look(online)).toMatchObject({
      state: 'degraded',
      found: 'go1.9.7',
      why: expect.stringContaining('the module proxy could not be reached') as string,
      remedy: expect.stringContaining('what is downloaded needs neither') as string,
    });
  });
});

describe('directories', () => {
  const withCache = (cacheDirectory: string): Place => place({ host: { ...somewhere.host, cacheDirectory } });

  test('a cache that is not there yet, and one that is', async () => {
    for (const path of [join(directory, 'a', 'b'), directory]) {
      expect(await cache.look(withCache(path))).toMatchObject({
        found: expect.stringMatching(new RegExp(`^${path}, [\\d.]+ [kMGT]?B free$`)) as string,
      });
    }
  });

  test('a file where the cache should be: nothing could be built', async () => {
    writeFileSync(join(directory, 'file'), '');
    for (const path of [join(directory, 'file'), join(directory, 'file', 'below')]) {
      expect(await cache.look(withCache(path))).toMatchObject({
        state: 'missing',
        why: expect.stringContaining('a file is in the way') as string,
        remedy: expect.stringContaining('AFTERCLOSE_CACHE') as string,
      });
    }
  });

  test('sessions need a place, and --out names another', async () => {
    expect(await sessions.look(place({ workingDirectory: directory }))).toMatchObject({
      found: expect.stringContaining(`${directory}/.afterclose/sessions, `) as string,
    });
    writeFileSync(join(directory, '.afterclose'), '');
    expect(await sessions.look(place({ workingDirectory: directory }))).toMatchObject({
      state: 'degraded',
      remedy: expect.stringContaining('--out') as string,
    });
  });
});

describe('kernel', () => {
  test.each([
    ['6.6.0', 'ok'],
    ['6.18.44-custom', 'ok'],
    ['7.0', 'ok'],
    ['6.5.13', 'degraded'],
    ['5.15.0-91-generic', 'degraded'],
  ])('Linux %s is %s', (release, state) => {
    expect(judgeSystem({ ...somewhere.system, release }).state).toBe(state);
  });

  test('another system can not run anything, another processor was never tried', () => {
    const darwin = { ...somewhere.system, platform: 'darwin', type: 'Darwin', release: '25.0.0' };
    expect(judgeSystem(darwin)).toMatchObject({ state: 'missing', found: 'Darwin 25.0.0, x64' });
    expect(judgeSystem({ ...somewhere.system, architecture: 'arm64' }).state).toBe('degraded');
  });
});

describe('rights', () => {
  test('root, and everybody else', async () => {
    expect(await rights.look(place({ user: { uid: 0 } }))).toEqual({ state: 'ok', found: 'root' });
    expect(await rights.look(place({ user: { uid: 1000 } }))).toMatchObject({
      state: 'degraded',
      found: 'an ordinary user (uid 1000)',
    });
  });

  test.each([
    [null, 'user', 'ok'],
    ['0', 'user', 'ok'],
    ['1', 'user', 'ok'],
    ['2', 'root', 'ok'],
    ['2', 'user', 'missing'],
    ['3', 'user', 'missing'],
    ['3', 'root', 'missing'],
    ['', 'user', 'missing'],
  ] as const)('ptrace_scope %s for %s: %s', (scope, user, state) => {
    expect(judgeScope(scope, user).state).toBe(state);
  });

  test('user namespaces are a matter of Linux', async () => {
    expect(await userNamespaces.look(withSystem({ platform: 'darwin' }))).toBeNull();
    expect(['ok', 'degraded']).toContain((await userNamespaces.look(somewhere))?.state);
  });
});

describe('System Integrity Protection, by what csrutil prints', () => {
  test.each([
    ['System Integrity Protection status: disabled.\n', 'ok'],
    ['System Integrity Protection status: enabled.\n', 'degraded'],
    [
      'System Integrity Protection status: unknown (Custom Configuration).\n\nConfiguration:\n\tDTrace Restrictions: disabled\n',
      'degraded',
    ],
    ['', 'degraded'],
  ])('%j', (text, state) => {
    expect(judgeStatus(text).state).toBe(state);
  });

  test('is not looked for elsewhere', async () => {
    expect(await integrityProtection.look(somewhere)).toBeNull();
  });
});

describe('strace', () => {
  const usable = (version: string, installation: Record<string, string> = {}) =>
    ({ usable: true, version, installation }) as const;

  test.each([
    ['strace 6.6', 'ok'],
    ['strace 6.13', 'ok'],
    ['6.1', 'degraded'],
    ['strace 5.16', 'degraded'],
    ['strace', 'degraded'],
  ])('%s is %s', (version, state) => {
    expect(describeStrace(usable(version)).state).toBe(state);
  });

  test('which one, where that is known', () => {
    expect(describeStrace(usable('strace 6.13', { strace: '/usr/bin/strace', other: 'x' })).found).toBe(
      '6.13, /usr/bin/strace',
    );
  });

  test('why not', () => {
    const unusable = { usable: false, what: 'there is no strace', why: 'w', remedy: 'r' } as const;
    expect(describeStrace(unusable)).toEqual({
      state: 'missing',
      found: 'there is no strace',
      why: 'w',
      remedy: 'r',
    });
  });
});

test('flock is looked for in PATH', async () => {
  const finding = (PATH: string) => locking.look(place({ environment: { PATH } }));
  expect(await finding(directory)).toMatchObject({ state: 'missing', remedy: 'install util-linux' });
  writeFileSync(join(directory, 'flock'), '');
  expect(await finding(directory)).toMatchObject({ state: 'missing' });
  chmodSync(join(directory, 'flock'), 0o755);
  expect(await finding(`/nonexistent:${directory}`)).toEqual({
    state: 'ok',
    found: join(directory, 'flock'),
  });
});
