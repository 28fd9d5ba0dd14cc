/** Everything without any privilege: under strace, in namespaces of its own where they are allowed and without where not. */
import { execa } from 'execa';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { recordSchema } from '../../harness/run/batch.ts';
import { lockDirectory } from '../../harness/run/lock-notices.ts';
import { sessionSchema } from '../../harness/store/session-file.ts';
import { reportSchema } from '../../src/report/report.ts';
import type { Report } from '../../src/report/report.ts';
import { checkIsBuilt, cli, commandEnvironment } from '../cli/command-line.ts';
import { processesOf } from './footprint.ts';
import { until } from './started-repro.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
/** Whoever tests, or nobody where that is root. */
const asUser = isRoot
  ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--no-new-privs']
  : [];
/** In a user namespace that has no more for others, and no rights in it: only what is started so is concerned. */
const refuse = [
  ...['unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c'],
  'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"',
  'sh',
];

let home = '';
let missing: string | null = null;
let isAllowed = true;
let goSettings: Record<string, string> = {};

beforeAll(async () => {
  checkIsBuilt();
  home = await mkdtemp(join(tmpdir(), 'afterclose-user-'));
  await chmod(home, 0o755);
  if (isRoot) await chown(home, nobody, nobody);
  if ((await execa('strace', ['-V'], { reject: false })).failed) missing = 'missing: strace';
  const readable = await asUserRun([process.execPath, cli, '--version']);
  if (readable.exitCode !== 0) missing = 'missing: a-readable-checkout (other users may not read this one)';
  isAllowed = (await asUserRun(['unshare', '-Urn', 'true'])).exitCode === 0;
  const { stdout } = await execa('go', ['env', '-json', 'GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE']);
  goSettings = JSON.parse(stdout) as Record<string, string>;
});
afterAll(async () => {
  // Go makes the directories of modules read-only.
  await execa('chmod', ['-R', 'u+w', home]);
  await execa('rm', ['-rf', home]);
});
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

function asUserRun(argv: readonly string[]) {
  const [program = '', ...words] = [...asUser, ...argv];
  return execa(program, words, {
    cwd: home,
    env: { ...commandEnvironment(goSettings), HOME: home, AFTERCLOSE_CACHE: join(home, 'cache') },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    forceKillAfterDelay: false,
  });
}

interface Session {
  readonly directory: string;
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: Report;
}

let sessions = 0;

async function repro(words: readonly string[], namespaces: 'allowed' | 'refused'): Promise<Session> {
  const directory = join(home, `session-${++sessions}`);
  const command = [
    process.execPath,
    cli,
    'repro',
    '--tracer',
    'strace',
    '--out',
    directory,
    '--json',
    ...words,
  ];
  const prefix = namespaces === 'refused' && isAllowed ? refuse : [];
  const { exitCode, stdout, stderr } = await asUserRun([...prefix, ...command]);
  expect(stderr).not.toMatch(/^afterclose: /m);
  return { directory, exitCode, stdout, stderr, report: reportSchema.parse(JSON.parse(stdout)) };
}

function planOf({ directory }: { readonly directory: string }) {
  return sessionSchema.parse(JSON.parse(readFileSync(join(directory, 'session.json'), 'utf8')));
}

function networksOf({ directory }: Session): string[] {
  const blocks = join(directory, 'blocks');
  const records = readdirSync(blocks).flatMap((block) =>
    readFileSync(join(blocks, block, 'records.ndjson'), 'utf8')
      .trim()
      .split('\n'),
  );
  const networks = records
    .map((line) => recordSchema.parse(JSON.parse(line)))
    .flatMap((record) => (record.kind === 'run' ? [record.network] : []));
  return [...new Set(networks)];
}

function portsOf(session: Session): string | undefined {
  const words = planOf(session).arms[0]?.arguments ?? [];
  return words[words.indexOf('-ports') + 1];
}

function tracedVerdicts({ report }: Session): string[] {
  return report.arms
    .filter((arm) => arm.tracer === 'strace')
    .map(
      ({ variant, toolchain, verdict }) =>
        `${variant} ${String(toolchain)
          .replace(/^go1\.9\.7$/, 'old')
          .replace(/^.*\+legacy-close$/, 'legacy')} ${verdict}`,
    )
    .map((text) => text.replace(/ go\S+ /, ' local '));
}

function expectNothingLeft(session: Session): void {
  expect(processesOf(planOf(session).session)).toEqual([]);
  const locks = readdirSync(lockDirectory());
  for (const port of portsOf(session)?.split(',') ?? []) {
    expect(locks).not.toContain(`afterclose-port-${port}.lock`);
  }
}

/** As under DTrace (repro.test.ts). */
const sameVerdicts = [
  'unfixed old held',
  'semaphore old clean',
  'unfixed local clean',
  'semaphore local clean',
  'unfixed legacy held',
  'semaphore legacy clean',
];
const short = ['--runs', '1', '--cycles', '100'];

describe('the main job', () => {
  test.each([
    ['allowed', 'private'],
    ['refused', 'inherited'],
  ] as const)('with namespaces %s: every run has a network that is %s', async (namespaces, network) => {
    const session = await repro(short, namespaces);
    expect(tracedVerdicts(session)).toEqual(sameVerdicts);
    expect([session.exitCode, session.report.outcome]).toEqual([0, 'as-expected']);
    expect(networksOf(session)).toEqual([namespaces === 'allowed' && !isAllowed ? 'inherited' : network]);
    expectNothingLeft(session);
  });

  test('sessions side by side do not disturb each other', async () => {
    const both = await Promise.all([repro(short, 'refused'), repro(short, 'refused')]);
    for (const session of both) {
      expect(tracedVerdicts(session)).toEqual(sameVerdicts);
      expect(session.exitCode).toBe(0);
      expectNothingLeft(session);
    }
    expect(new Set(both.flatMap((session) => portsOf(session)?.split(','))).size).toBe(4);
  });
});

describe('a port that somebody holds for the whole time', () => {
  const words = ['--runs', '1', '--cycles', '20', '--go', '1.9.7', '--shared-network'];

  test('of the same user: the process is named, and it is never the race', async () => {
    const holder = asUserRun([process.execPath, '-e', holdAnyPort]);
    onTestFinished(async () => {
      holder.kill('SIGKILL');
      await holder;
    });
    const [said] = (await once(holder.stdout, 'data')) as [Buffer];
    const [pid = 0, port = 0] = said.toString().trim().split(' ').map(Number);
    const session = await repro([...words, '--ports', `${port},${otherPort}`], 'allowed');
    expectForeign(session, port, `process ${pid} (node)`);
    await expectCheckedAlike(session);
  });

  test('the second port, where the first one alone may linger: never the race either', async () => {
    const port = await holdHere();
    const only = ['--variant', 'unfixed', '--ports', `${otherPort},${port}`];
    const session = await repro([...words, ...only], 'allowed');
    expect([session.exitCode, session.report.outcome]).toEqual([4, 'inconclusive']);
    expect(new Set(session.report.arms.map((arm) => arm.verdict))).toEqual(new Set(['unknown']));
    expect(session.report.findings.filter((finding) => finding.certain)).toEqual([]);
    expect(session.report.doubts[0]).toMatchObject({ code: 'foreign-holder', run: null });
    await expectCheckedAlike(session);
  });

  test.runIf(isRoot)('of root: what can not be known is said', async () => {
    const port = await holdHere();
    const session = await repro([...words, '--ports', `${port},${otherPort}`], 'allowed');
    expectForeign(session, port, 'a process of user 0 (which one is told only to root and to that user)');
    await expectCheckedAlike(session);
  });
});

const holdAnyPort = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.bind({ address: '127.0.0.1', port: 0 }, () => console.log(process.pid, socket.address().port));
`;

async function holdHere(): Promise<number> {
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  socket.bind({ address: '127.0.0.1', port: 0 });
  await once(socket, 'listening');
  return socket.address().port;
}

const otherPort = 23_777;

function expectForeign({ exitCode, report, stderr }: Session, port: number, who: string): void {
  expect([exitCode, report.outcome]).toEqual([4, 'inconclusive']);
  expect(new Set(report.arms.map((arm) => arm.verdict))).toEqual(new Set(['unknown']));
  expect(report.findings).toEqual([]);
  const doubts = report.doubts.filter((doubt) => doubt.code === 'foreign-holder');
  expect(doubts.length).toBeGreaterThan(0);
  for (const doubt of doubts) {
    expect(doubt.address).toBe(`udp 127.0.0.1:${port}`);
    expect(doubt.text).toContain(`${who} held 127.0.0.1:${port} before and after these runs`);
  }
  expect(stderr).toContain(`${who} holds 127.0.0.1:${port}`);
}

async function expectCheckedAlike(session: Session): Promise<void> {
  const checked = await asUserRun([process.execPath, cli, 'check', session.directory, '--json']);
  expect([checked.exitCode, checked.stdout]).toEqual([4, session.stdout]);
}

describe('broken off in a traced run', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGKILL', undefined],
  ] as const)('by %s: nothing is left behind', async (signal, exitCode) => {
    const directory = join(home, `session-${++sessions}`);
    const arm = ['--tracer', 'strace', '--go', 'local', '--variant', 'semaphore'];
    const words = [...arm, '--runs', '1', '--cycles', '20000'];
    const running = asUserRun([process.execPath, cli, 'repro', '--out', directory, ...words]);
    const trace = join(directory, 'blocks', '2-strace', 'strace.txt');
    await until(
      'a bind under strace',
      () => existsSync(trace) && readFileSync(trace, 'latin1').includes('bind('),
    );
    const { session } = planOf({ directory });
    expect(processesOf(session).length).toBeGreaterThan(1);
    running.kill(signal);
    expect((await running).exitCode).toBe(exitCode);
    await until('nothing of it is left', () => processesOf(session).length === 0);
    const checked = await asUserRun([process.execPath, cli, 'check', directory, '--json']);
    const report = reportSchema.parse(JSON.parse(checked.stdout));
    expect(checked.exitCode).toBe(4);
    expect(report.arms.map((arm) => arm.verdict)).not.toContain('clean');
  });
});
