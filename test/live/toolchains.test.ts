/** The real go command, real releases. Brings those that are not in the module cache, so the first time needs a network. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLauncher, buildVariant } from '../../harness/go/build.ts';
import { findLocalGo } from '../../harness/go/go-command.ts';
import { servedReleases } from '../../harness/go/known-releases.ts';
import { listReleases } from '../../harness/go/release-list.ts';
import { resolveToolchains } from '../../harness/go/toolchain.ts';
import type { Toolchain } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';

const real = currentHost();
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const host = (name: string) => ({ ...real, cacheDirectory: join(directory, name) });

function askVersion(binary: string): unknown {
  const claims = join(directory, 'claims.json');
  execFileSync(binary, ['-cycles', '0'], { env: { AFTERCLOSE_CLAIMS: claims } });
  return (JSON.parse(readFileSync(claims, 'utf8')) as Record<string, unknown>)['goVersion'];
}

async function only(name: string, environment?: NodeJS.ProcessEnv): Promise<Toolchain> {
  const options = environment === undefined ? { host: real } : { host: real, environment };
  const [toolchain] = await resolveToolchains([name], options);
  if (toolchain === undefined) throw new RangeError(name);
  return toolchain;
}

test('one source, from 1.4.3 to the local Go, all at once; the second time nothing is built', async () => {
  const toolchains = await resolveToolchains(['1.4.3', 'go1.9.7', '1.10.8', 'local'], { host: real });
  expect(toolchains.slice(0, 3).map(({ name }) => name)).toEqual(['go1.4.3', 'go1.9.7', 'go1.10.8']);
  const buildAll = async (onProgress: (line: string) => void) =>
    Promise.all(
      toolchains.flatMap((toolchain) =>
        ['unfixed', 'semaphore'].map(async (variant) =>
          buildVariant(
            { scenario: 'udp-reconnect', variant, toolchain },
            { host: host('versions'), onProgress },
          ),
        ),
      ),
    );
  const lines: string[] = [];
  const built = await buildAll((line) => lines.push(line));
  expect(lines).toHaveLength(8);
  for (const [index, { binary, toolchain }] of built.entries()) {
    expect(toolchain).toBe(toolchains[Math.floor(index / 2)]?.name);
    expect(askVersion(binary)).toBe(toolchain);
  }
  expect(await buildAll((line) => expect.unreachable(line))).toEqual(built);
});

test('the same release twice is one toolchain, and the local one has a number', async () => {
  const local = await findLocalGo(real);
  const found = await resolveToolchains(['local', local.version, '1.9.7', 'go1.9.7', 'local'], {
    host: real,
  });
  expect(found.map(({ name }) => name)).toEqual([local.version, 'go1.9.7']);
  expect(found[0]?.env.GOTOOLCHAIN).toBe('local');
});

test('settings that are known to break old releases do not reach the build', async () => {
  const settings = join(directory, 'go-env');
  writeFileSync(settings, 'GOFLAGS=-buildvcs=false\nGOTOOLCHAIN=local\nGO111MODULE=off\n');
  const environment = {
    ...process.env,
    GOENV: settings,
    GO111MODULE: 'off',
    GOFLAGS: '-buildvcs=false',
    GOTOOLCHAIN: 'local',
    GOROOT: '/nonexistent',
    GOARCH: 'arm64',
    CGO_ENABLED: '1',
  };
  const toolchain = await only('1.9.7', environment);
  const { binary } = await buildVariant(
    { scenario: 'udp-reconnect', variant: 'unfixed', toolchain },
    { host: host('settings') },
  );
  expect(askVersion(binary)).toBe('go1.9.7');
});

test('what is in the module cache needs no network; what is not gets one clear message', async () => {
  await only('1.9.7');
  // Port 9 (discard) has no listener on any machine that we know, and if it had one it would not answer HTTP.
  const offline = { ...process.env, GOPROXY: 'http://127.0.0.1:9' };
  expect((await only('1.9.7', offline)).name).toBe('go1.9.7');
  await expect(only('1.6.3', offline)).rejects.toMatchObject({
    exitCode: 3,
    what: 'can not get go1.6.3',
    why: expect.stringContaining('the module proxy could not be reached') as string,
    remedy: expect.stringMatching(/already here/) as string,
  });
  await expect(only('1.6.3', { ...process.env, GOPROXY: 'off' })).rejects.toMatchObject({
    why: expect.stringContaining('GOPROXY=off') as string,
  });
});

test.each([403, 404, 410])(
  'a proxy that answers %i: not served, and the next best choice',
  async (status) => {
    const server = createServer((_, response) => response.writeHead(status).end('not available'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const asked = only('1.6.3', { ...process.env, GOPROXY: `http://127.0.0.1:${port}` });
      await expect(asked).rejects.toMatchObject({
        exitCode: 3,
        why: expect.stringContaining('does not serve this release') as string,
        remedy: expect.stringContaining('--go 1.6.4') as string,
      });
    } finally {
      server.close();
    }
  },
);

test('a Go that is too old is named, with what is needed', async () => {
  const { moduleCache } = await findLocalGo(real);
  await only('1.9.7');
  const system = `linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const oldGo = join(moduleCache, `golang.org/toolchain@v0.0.1-go1.9.7.${system}/bin`);
  await expect(only('local', { ...process.env, PATH: oldGo })).rejects.toMatchObject({
    exitCode: 3,
    what: `${oldGo}/go is too old`,
    remedy: expect.stringContaining('install Go 1.21 or newer') as string,
  });
});

test('a source that does not build is an error with the compiler’s words, and nothing is kept', async () => {
  const packageRoot = join(directory, 'broken');
  const files = {
    'go-fixtures/go.mod': 'module afterclose.dev/fixtures\n',
    'go-fixtures/some/variant/main.go': 'package main\n\nfunc main() { undefinedName() }\n',
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(packageRoot, path)), { recursive: true });
    writeFileSync(join(packageRoot, path), content);
  }
  const request = { scenario: 'some', variant: 'variant', toolchain: await only('1.9.7') };
  await expect(
    buildVariant(request, { host: { ...host('broken-cache'), packageRoot } }),
  ).rejects.toMatchObject({
    exitCode: 3,
    what: 'can not build variant with go1.9.7',
    why: expect.stringContaining('undefinedName') as string,
  });
});

test('a binary that another Go made is refused', async () => {
  const toolchain = { ...(await only('local')), name: 'go1.9.7' };
  await expect(
    buildVariant({ scenario: 'udp-reconnect', variant: 'unfixed', toolchain }, { host: host('liar') }),
  ).rejects.toMatchObject({
    exitCode: 3,
    what: expect.stringMatching(/^asked go1\.9\.7 .* made it$/) as string,
  });
});

test('the launcher is one static binary of the local Go', async () => {
  const lines: string[] = [];
  const options = { host: host('launcher'), onProgress: (line: string) => lines.push(line) };
  const first = await buildLauncher(options);
  expect(await buildLauncher(options)).toEqual(first);
  expect(lines).toEqual([`building launcher with ${first.toolchain}`]);
  // PT_INTERP names the dynamic loader: a static program has none.
  expect(readFileSync(first.binary).includes('/ld-linux')).toBe(false);
});

describe('which releases there are', () => {
  const local = async (proxy: string) =>
    findLocalGo(host('release-list'), {
      ...process.env,
      GOPROXY: proxy,
      GOMODCACHE: join(directory, 'no-modules'),
    });

  test('is what the module proxy lists for this system, and the local one', async () => {
    const system = `linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const versions = [
      `v0.0.1-go1.9.7.${system}`,
      `v0.0.1-go1.4.3.${system}`,
      'v0.0.1-go1.9.6.plan9-386',
      'v9',
    ];
    const server = createServer((_, response) => response.end(versions.join('\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const go = await local(`http://127.0.0.1:${port}`);
      expect(await listReleases(go)).toEqual({ releases: ['go1.4.3', 'go1.9.7', go.version], offline: null });
    } finally {
      server.close();
    }
  });

  test('is, without the proxy, what is known to have been served, but for the line that is here', async () => {
    const go = await local('off');
    const { releases, offline } = await listReleases(go);
    expect(offline).toContain('GOPROXY=off');
    const line = go.version.split('.').slice(0, 2).join('.');
    expect(releases.filter((name) => name.startsWith(`${line}.`))).toEqual([go.version]);
    expect(releases).toEqual(
      expect.arrayContaining(servedReleases.filter((name) => !name.startsWith(`${line}.`))),
    );
  });
});
