/** Whatever is killed in whatever moment: the documented exit code, a session that is kept, and nothing left behind. */
import { execa } from 'execa';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { afterclose, cli, commandEnvironment, temporaryDirectory } from '../cli/command-line.ts';
import { processesOf, processesWith, select } from './footprint.ts';
import type { SessionProcess } from './footprint.ts';
import {
  expectNothingLeft,
  lookBefore,
  missingDtrace,
  missingEbpf,
  observe,
  startRepro,
  until,
} from './started-repro.ts';
import type { StartedRepro } from './started-repro.ts';

let missing: string | null = null;
let missingAgent: string | null = null;
beforeAll(async () => {
  missing = await missingDtrace();
  missingAgent = await missingEbpf();
});
function skipWithoutDtrace(context: TestContext): void {
  if (missing !== null) context.skip(missing);
}

/** Long enough that a run is still going on when it is looked at: the agent makes it hardly longer, DTrace ten times. */
const longRuns = (tracer: 'dtrace' | 'ebpf'): readonly string[] => [
  ...['--tracer', tracer, '--go', 'local', '--variant', 'semaphore'],
  ...['--runs', '1', '--cycles', tracer === 'dtrace' ? '20000' : '100000'],
];

const isUntracedRun = (repro: StartedRepro): boolean => hasBegun(repro, '1-none');
const isTracerStarting = (repro: StartedRepro): boolean =>
  repro.read('blocks', '2-dtrace', 'tracer.json') !== '';
const isTracedRun = (repro: StartedRepro): boolean => hasBegun(repro, '2-dtrace');
const isRunOfAgent = (repro: StartedRepro): boolean => hasBegun(repro, '2-ebpf');

describe('a signal at any moment', () => {
  test.for([
    ['in an untraced run', 'SIGINT', 130, 'dtrace', isUntracedRun],
    ['while the tracer starts', 'SIGTERM', 143, 'dtrace', isTracerStarting],
    ['in a traced run', 'SIGINT', 130, 'dtrace', isTracedRun],
    // Which signal it is makes no difference to the tracer.
    ['in a traced run', 'SIGHUP', 129, 'ebpf', isRunOfAgent],
  ] as const)('%s: %s ends with %d', async ([what, signal, exitCode, tracer, isNow], context) => {
    const why = tracer === 'ebpf' ? missingAgent : missing;
    if (why !== null) return context.skip(why);
    const before = lookBefore();
    const repro = await startRepro(longRuns(tracer));
    await until(what, () => isNow(repro) && observe(repro, before).processes.length > 0);
    const observed = observe(repro, before);
    repro.signal(signal);
    const ended = await repro.ended;
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(signal);
    await expectNothingLeft(observed, before);
    const report = JSON.parse(repro.read('report.json')) as Report;
    expect(report).toMatchObject({ outcome: 'interrupted', exitCode });
    const traced = report.arms.filter((arm) => arm.tracer === tracer);
    expect(traced).toHaveLength(1);
    expect(traced.map((arm) => arm.verdict)).not.toContain('clean');
    await expectCheckedAlike(repro, 4);
  });
});

test('while it builds: SIGINT ends with 130, no session is made, and the go command ends too', async () => {
  const cache = await temporaryDirectory();
  const repro = await startRepro(['--tracer', 'none', '--go', 'local'], { AFTERCLOSE_CACHE: cache });
  await until('a build', () => repro.stderr().includes('building') && processesWith(cache).length > 1);
  repro.signal('SIGINT');
  const { exitCode, stdout, stderr } = await repro.ended;
  expect([exitCode, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/interrupted by SIGINT/);
  expect(repro.read('session.json')).toBe('');
  expect(processesWith(cache)).toEqual([]);
});

describe('kill -9 in a traced run ends with 4', () => {
  beforeEach(skipWithoutDtrace);

  test.each([
    ['of dtrace', (each: SessionProcess) => each.commandLine.some((word) => word.endsWith('/dtrace'))],
    ['of the launcher', (each: SessionProcess) => each.commandLine[0]?.endsWith('/launcher') === true],
  ] as const)('%s', async (_what, isVictim) => {
    await expectBrokenOff(isVictim, '--no-cross-check');
  });

  test.for([
    [
      'of dtrace, which watches beside the agent',
      (each: SessionProcess) => each.commandLine.some((word) => word.endsWith('/dtrace')),
    ],
    [
      'of the agent, which is its launcher',
      (each: SessionProcess) => each.commandLine[1] === '--out=ebpf.bin',
    ],
  ] as const)('%s', async ([_what, isVictim], context) => {
    if (missingAgent !== null) return context.skip(missingAgent);
    const report = await expectBrokenOff(isVictim);
    const [arm] = report.arms.filter(({ tracer }) => tracer === 'dtrace');
    expect(arm?.crossCheck).toMatchObject({ runs: 0, compared: 0, disagreements: 0 });
  });

  test('of afterclose itself: the runs end with it, and what there is can be judged', async () => {
    const before = lookBefore();
    const repro = await startRepro(longRuns('dtrace'));
    await until('a traced run', () => isTracedRun(repro));
    const observed = observe(repro, before);
    repro.signal('SIGKILL');
    await repro.ended;
    await until('the tracer has ended', () => processesOf(observed.session).length === 0);
    await expectNothingLeft(observed, before);
    expect(repro.read('end.json')).toBe('');
    const checked = await afterclose(['check', repro.directory]);
    expect(checked.exitCode).toBe(4);
    expect(checked.stdout).toMatch(/did not end in order/);
  });
});

test('a full disk under the trace ends with 4 and keeps what was saved', async (context) => {
  skipWithoutDtrace(context);
  const directory = await temporaryDirectory();
  const session = join(directory, 'session');
  // Mounted for this one process tree; the size holds the untraced block and not the trace.
  const script =
    'mount -t tmpfs -o size=600k tmpfs "$1" && shift && "$@"; code=$?; cat session/session.json; exit $code';
  const arm = ['--tracer', 'dtrace', '--go', 'local', '--variant', 'semaphore'];
  const words = [...arm, '--runs', '1', '--cycles', '2000', '--out', session];
  const before = lookBefore();
  const ended = await execa(
    'unshare',
    [
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
      'sh',
      directory,
      process.execPath,
      cli,
      'repro',
      ...words,
    ],
    { cwd: directory, env: commandEnvironment(), extendEnv: false, reject: false, stdin: 'ignore' },
  );
  expect(ended.exitCode).toBe(4);
  expect(ended.stderr).toMatch(/full|No space left/);
  expect(ended.stderr).not.toMatch(/fault of afterclose/);
  expect(before.mounts).toEqual(lookBefore().mounts);
});

async function expectBrokenOff(
  isVictim: (each: SessionProcess) => boolean,
  ...words: readonly string[]
): Promise<Report> {
  const before = lookBefore();
  const repro = await startRepro([...longRuns('dtrace'), ...words]);
  await until('a traced run', () => isTracedRun(repro));
  const observed = observe(repro, before);
  const victims = select(observed.processes, isVictim);
  expect(victims).toHaveLength(1);
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  const ended = await repro.ended;
  expect(ended.exitCode).toBe(4);
  expect(ended.stderr).toMatch(/broke off/);
  await expectNothingLeft(observed, before);
  const report = JSON.parse(repro.read('report.json')) as Report;
  expect(report).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
  expect(report.doubts.map((doubt) => doubt.code)).toContain('interrupted');
  await expectCheckedAlike(repro, 4);
  return report;
}

/** The launcher of that block has said hello. */
function hasBegun(repro: StartedRepro, block: string): boolean {
  return repro.read('blocks', block, 'records.ndjson').includes('\n');
}

async function expectCheckedAlike(repro: StartedRepro, exitCode: number): Promise<void> {
  const checked = await afterclose(['check', repro.directory, '--json']);
  expect(checked.exitCode).toBe(exitCode);
  expect(checked.stdout).toBe(repro.read('report.json'));
}
