/** An ordinary user and the embedded tracer: what `doctor` says, the command that it prints, and what that gives. */
import { execa } from 'execa';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { buildAgent, buildLauncher, buildVariant } from '../../harness/go/build.ts';
import { resolveToolchains } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';
import { recordSchema } from '../../harness/run/batch.ts';
import { reportSchema } from '../../src/report/report.ts';
import { checkIsBuilt, cli, commandEnvironment } from '../cli/command-line.ts';
import { mountCgroup2 } from './cgroup2.ts';
import { processesOf } from './footprint.ts';
import { until } from './started-repro.ts';

const nobody = 65_534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const all = 'cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin';

let missing: string | null = null;
let home = '';
let goSettings: Record<string, string> = {};
let agent = '';

beforeAll(async () => {
  if (process.getuid?.() !== 0) missing = 'missing: root (it gives capabilities to a file)';
  else if ((await execa('setcap', ['-h'], { reject: false })).code === 'ENOENT') missing = 'missing: setcap';
  if (missing !== null) return;
  checkIsBuilt();
  home = mkdtempSync(join(tmpdir(), 'afterclose-capabilities-'));
  chmodSync(home, 0o755);
  chownSync(home, nobody, nobody);
  const { stdout } = await execa('go', ['env', '-json', 'GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE']);
  goSettings = JSON.parse(stdout) as Record<string, string>;
  await layIn();
});
afterAll(async () => {
  // Go makes the directories of modules read-only.
  if (home !== '') await execa('sh', ['-c', 'chmod -R u+w "$1"; rm -rf "$1"', 'sh', home]);
});
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

/** Into his cache: what root has built, or builds in no time. It would take him a minute (ordinary-user.test.ts builds). */
async function layIn(): Promise<void> {
  const host = currentHost();
  const cache = join(home, 'cache');
  const binaries = join(cache, 'go', 'binaries');
  await execa('mkdir', ['-p', binaries]);
  for (const { binary } of [await buildAgent({ host }), await buildLauncher({ host })])
    await execa('cp', ['-r', dirname(binary), binaries]);
  // These are known by where the overlay of their toolchain lies, too.
  const his = { host: { ...host, cacheDirectory: cache } };
  for (const toolchain of await resolveToolchains(['local', 'local+legacy-close'], his)) {
    for (const variant of ['unfixed', 'semaphore'])
      await buildVariant({ scenario: 'udp-reconnect', variant, toolchain }, his);
  }
  await execa('chown', ['-R', `${nobody}:${nobody}`, cache]);
}

function start(argv: readonly string[]) {
  const [program = '', ...words] = argv;
  return execa(program, words, {
    cwd: home,
    env: { ...commandEnvironment(goSettings), HOME: home, AFTERCLOSE_CACHE: join(home, 'cache') },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: false,
  });
}

/** @param through the start of the command line, which ends as nobody */
function afterclose(words: readonly string[], through: readonly string[] = asNobody) {
  return start([...through, process.execPath, cli, ...words]);
}

interface Told {
  readonly state: string;
  readonly found: string;
  readonly why: string | null;
  readonly remedy: string | null;
}

async function doctorOf(through: readonly string[] = asNobody): Promise<Told | undefined> {
  const { stdout } = await afterclose(['doctor', '--json'], through);
  const { checks } = JSON.parse(stdout) as { checks: (Told & { name: string })[] };
  return checks.find(({ name }) => name === 'ebpf');
}

const give = (capabilities: string) => execa('setcap', [`${capabilities}+ep`, agent]);

test('the command that doctor prints makes the agent usable', async () => {
  const before = await doctorOf();
  expect(before).toMatchObject({ state: 'missing', found: 'CAP_BPF and CAP_PERFMON missing' });
  const { stdout } = await afterclose(['doctor']);
  const command = stdout.split('\n').find((line) => line.trimStart().startsWith('setcap ')) ?? '';
  expect(command.trim()).toBe(before?.remedy?.split('\n')[1]);
  await execa('sh', ['-c', command]);
  agent = /'(.*)'/.exec(command)?.[1] ?? '';
  expect(await doctorOf()).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/^the embedded agent/) as string,
  });
});

describe('with capabilities of its own', () => {
  const words = 'repro --tracer ebpf --runs 1 --cycles 100 --go local+legacy-close --json'.split(' ');
  async function expectSameVerdicts(network: 'private' | 'inherited', through = asNobody): Promise<string> {
    const directory = mkdtempSync(join(home, 'session-'));
    chownSync(directory, nobody, nobody);
    const { exitCode, stdout, stderr } = await afterclose([...words, '--out', directory], through);
    expect(exitCode, stderr).toBe(0);
    const { arms } = reportSchema.parse(JSON.parse(stdout));
    const traced = arms.filter(({ tracer }) => tracer === 'ebpf');
    expect(traced.map(({ variant, verdict }) => [variant, verdict])).toEqual([
      ['unfixed', 'held'],
      ['semaphore', 'clean'],
    ]);
    const networks = ['1-none', '2-ebpf'].flatMap((block) => networksOf(join(directory, 'blocks', block)));
    expect(new Set(networks)).toEqual(new Set([network]));
    return stdout;
  }

  test('all four: the same verdicts, each run in a network of its own', async () => {
    await give(all);
    await expectSameVerdicts('private');
  });

  test('two, to trace and no more: the same verdicts, on ports that the runs share', async () => {
    await give('cap_bpf,cap_perfmon');
    expect(await doctorOf()).toMatchObject({
      state: 'ok',
      found: expect.stringContaining(
        'without the ends of sockets (CAP_NET_ADMIN and CAP_SYS_ADMIN missing)',
      ) as string,
    });
    await expectSameVerdicts('inherited');
  });

  test('in a cgroup that is his: the ends of sockets are told too', async () => {
    await give(all);
    const through = ['unshare', '-m', 'sh', '-c', enterCgroup, 'sh', home, cgroup, ...asNobody];
    onTestFinished(async () => {
      await execa('unshare', ['-m', 'sh', '-c', removeCgroup, 'sh', home, cgroup]);
    });
    expect(await doctorOf(through)).toMatchObject({ state: 'ok', found: 'the embedded agent' });
    expect(await expectSameVerdicts('private', through)).toContain('"released"');
  });

  test('what it runs has none of them', async () => {
    await give(all);
    const directory = mkdtempSync(join(home, 'batch-'));
    const lifeline = join(directory, 'lifeline');
    await execa('mkfifo', [lifeline]);
    const run = {
      run: '0001',
      argv: ['/bin/cat', '/proc/self/status'],
      env: {},
      directory,
      stdout: join(directory, 'stdout'),
      stderr: join(directory, 'stderr'),
      timeoutMs: 10_000,
      graceMs: 500,
      network: 'private',
    };
    const batch = {
      schemaVersion: 1,
      session: 'none',
      records: join(directory, 'records'),
      lifeline,
      runs: [run],
    };
    writeFileSync(join(directory, 'batch.json'), JSON.stringify(batch));
    await execa('chown', ['-R', `${nobody}:${nobody}`, directory]);
    const held = ['sh', '-c', 'exec 9<>"$1"; shift; "$@"', 'sh', lifeline];
    const agentCommand = [agent, `--out=${join(directory, 'trace')}`, join(directory, 'batch.json')];
    const ended = await start([...held, ...asNobody, ...agentCommand]);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const status = readFileSync(run.stdout, 'utf8');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\t0+$`, 'm'));
  });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'broken off by %s in a traced run: nothing is left',
    async (signal) => {
      await give(all);
      const directory = mkdtempSync(join(home, 'session-'));
      chownSync(directory, nobody, nobody);
      const long = [
        '--runs',
        '1',
        '--cycles',
        '50000',
        '--variant',
        'semaphore',
        '--go',
        'local',
        '--out',
        directory,
      ];
      const running = afterclose(['repro', '--tracer', 'ebpf', ...long]);
      const textOf = (...path: readonly string[]) => {
        const file = join(directory, ...path);
        return existsSync(file) ? readFileSync(file, 'utf8') : '';
      };
      const processes = () => {
        const { session } = JSON.parse(textOf('session.json')) as { session: string };
        return processesOf(session);
      };
      await until(
        'the agent, in a traced run',
        () =>
          textOf('blocks', '2-ebpf', 'records.ndjson').includes('\n') &&
          processes().some(({ commandLine }) => commandLine[0] === agent),
      );
      running.kill(signal);
      expect((await running).exitCode).toBe(signal === 'SIGINT' ? 130 : undefined);
      await until('nothing of it is left', () => processes().length === 0);
    },
  );
});

describe('what keeps it from working is said', () => {
  test.each([
    ['the user allows his processes no more rights', [...asNobody, '--no-new-privs'], /no_new_privs/],
    ['a user namespace', [...asNobody, 'unshare', '--user', '--map-root-user'], /count for nothing here/],
    [
      'a container that can not have them',
      ['setpriv', '--bounding-set=-bpf', ...asNobody],
      /nothing here may have/,
    ],
    ['a file system mounted nosuid', ['unshare', '-m', 'sh', '-c', nosuid(), 'sh'], /mounted nosuid/],
  ])('%s', async (_what, through, why) => {
    await give(all);
    const told = await doctorOf(through);
    expect(told?.state).toBe('missing');
    expect(`${told?.found}: ${told?.why}`).toMatch(why);
    expect(JSON.stringify(told)).not.toMatch(/memlock/i);
  });
});

function nosuid(): string {
  const path = '"$AFTERCLOSE_CACHE"';
  return `mount --bind ${path} ${path} && mount -o remount,bind,nosuid ${path} && exec ${asNobody.join(' ')} "$@"`;
}

function networksOf(block: string): string[] {
  return readFileSync(join(block, 'records.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => recordSchema.parse(JSON.parse(line)))
    .flatMap((record) => (record.kind === 'run' ? [record.network] : []));
}

const cgroup = `afterclose.test.${process.pid}`;
const mountCgroups = `mkdir -p "$1/cgroups" && ${mountCgroup2('"$1/cgroups"')} && cd "$1/cgroups"`;
const removeCgroup = `${mountCgroups} && rmdir "$2"`;
const enterCgroup =
  `${mountCgroups} && mkdir -p "$2" && chown ${nobody} "$2" "$2/cgroup.procs" && echo $$ >"$2/cgroup.procs" && ` +
  'cd "$1" && umount "$1/cgroups" && shift 2 && exec "$@"';
