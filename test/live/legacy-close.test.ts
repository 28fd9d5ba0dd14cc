/**
 * The counterfactual: today's Go with one block of its Close removed. Built by the real go command, run on the real
 * kernel, watched by nothing: what is counted here is the programs' own word.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportSchema } from '../../src/report/report.ts';
import type { ArmReport } from '../../src/report/report.ts';
import { buildVariant } from '../../harness/go/build.ts';
import type { BuiltBinary } from '../../harness/go/build.ts';
import { findLocalGo } from '../../harness/go/go-command.ts';
import { resolveToolchains } from '../../harness/go/toolchain.ts';
import type { Toolchain } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';

const real = currentHost();
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function only(name: string): Promise<Toolchain> {
  const [toolchain] = await resolveToolchains([name], { host: real });
  return toolchain ?? expect.unreachable(name);
}

async function build(toolchain: Toolchain, cache: string): Promise<BuiltBinary> {
  const host = { ...real, cacheDirectory: join(directory, cache) };
  return buildVariant({ scenario: 'udp-reconnect', variant: 'unfixed', toolchain }, { host });
}

/** What Close calls, by the machine code that is really in the binary. */
function callsOfClose(binary: string): string[] {
  const close = '^internal/poll\\.\\(\\*FD\\)\\.Close$';
  const code = execFileSync('go', ['tool', 'objdump', '-s', close, binary], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  return [...code.matchAll(/\bCALL (internal\/poll\.\S+)\(SB\)/g)].map((match) => match[1] ?? '').sort();
}

const wait = 'internal/poll.runtime_Semacquire';

test('of the calls that Close makes, the wait is missing, and nothing else', async () => {
  const asReleased = callsOfClose((await build(await only('local'), 'local')).binary);
  const legacy = callsOfClose((await build(await only('local+legacy-close'), 'local')).binary);
  expect(asReleased).toContain(wait);
  expect(legacy).toEqual(asReleased.filter((name) => name !== wait));
});

test('equal builds are equal byte for byte, so a difference tells that the change is in', async () => {
  const [first, second] = await Promise.all(
    ['one', 'two'].map(async (cache) => build(await only('local'), cache)),
  );
  expect(second?.binary).not.toBe(first?.binary);
  expect(second?.sha256).toBe(first?.sha256);
});

test('an overlay without effect is found out', async () => {
  const local = await only('local');
  const ineffective = { ...local, name: `${local.name}+legacy-close`, changed: { base: local, flags: [] } };
  await expect(build({ ...ineffective, identity: 'ineffective' }, 'ineffective')).rejects.toMatchObject({
    exitCode: 3,
    what: `${local.name}+legacy-close made the same unfixed as ${local.name}`,
  });
});

test.each(['1.20.14', '1.27.3'])(
  'a downloaded release can be changed too: %s, which lies in the module cache',
  async (release) => {
    const built = await build(await only(`${release}+legacy-close`), 'downloaded');
    expect(built).toMatchObject({
      toolchain: `go${release}+legacy-close`,
      // The compiler and the runtime are the release's own.
      goVersion: `go${release}`,
    });
  },
);

test('the same release twice, changed and not, is two toolchains', async () => {
  const { version } = await findLocalGo(real);
  const names = ['local+legacy-close', 'local', version, `${version}+legacy-close`];
  const found = await resolveToolchains(names, { host: real });
  expect(found.map(({ name }) => name)).toEqual([`${version}+legacy-close`, version]);
  expect(found[0]?.identity).not.toBe(found[1]?.identity);
});

test('with that block removed the race is back on the local Go, and both fixes cure it', async () => {
  const { version } = await findLocalGo(real);
  const arms = await runUntraced(['local+legacy-close', 'local'], ['unfixed', 'semaphore', 'waitgroup']);
  const inUse = (variant: string, toolchain: string): number =>
    arms.find((arm) => arm.variant === variant && arm.toolchain === toolchain)?.addressInUse ??
    expect.unreachable(`no arm ${variant} on ${toolchain}`);
  expect(inUse('unfixed', `${version}+legacy-close`)).toBeGreaterThan(0);
  expect(inUse('semaphore', `${version}+legacy-close`)).toBe(0);
  expect(inUse('waitgroup', `${version}+legacy-close`)).toBe(0);
  for (const variant of ['unfixed', 'semaphore', 'waitgroup'])
    expect(inUse(variant, version), variant).toBe(0);
});

test('waitgroup is as good where the race has always been, and the oldest Go compiles it', async () => {
  const arms = await runUntraced(['1.4.3', '1.9.7'], ['unfixed', 'waitgroup']);
  for (const { variant, toolchain, addressInUse } of arms) {
    if (variant === 'unfixed') expect(addressInUse, String(toolchain)).toBeGreaterThan(0);
    else expect(addressInUse, String(toolchain)).toBe(0);
  }
});

/** In a session of its own, where every run has ports that nobody else can hold. */
async function runUntraced(releases: string[], variants: string[]): Promise<readonly ArmReport[]> {
  const words = [
    ...releases.flatMap((release) => ['--go', release]),
    ...variants.flatMap((variant) => ['--variant', variant]),
  ];
  const size = ['--runs', '2', '--cycles', '1000'];
  const { exitCode, stdout } = await afterclose(['repro', '--tracer', 'none', '--json', ...size, ...words], {
    cwd: await temporaryDirectory(),
  });
  expect(exitCode, 'claims alone prove nothing').toBe(4);
  const { arms } = reportSchema.parse(JSON.parse(stdout));
  expect(arms).toHaveLength(releases.length * variants.length);
  return arms;
}
