/** The real strace around the real launcher: what it sees, what it survives, and what is left when it does not. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildLauncher, buildVariant } from '../../harness/go/build.ts';
import { resolveToolchains } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';
import { recordSchema } from '../../harness/run/batch.ts';
import { chooseNetwork } from '../../harness/run/network.ts';
import { sweepSession } from '../../harness/run/process-group.ts';
import { currentMachine } from '../../harness/tracers/debian-machine.ts';
import { newestInstallation } from '../../harness/tracers/private-installation.ts';
import { rawTraceName } from '../../harness/tracers/strace/command.ts';
import { createDecoder } from '../../harness/tracers/strace/decode.ts';
import { readPrivate, straceCache, toRecord } from '../../harness/tracers/strace/installation.ts';
import { setUpStrace } from '../../harness/tracers/strace/setup.ts';
import { strace } from '../../harness/tracers/strace/tracer.ts';
import type { LossEvent, TraceEvent } from '../../src/trace/event.ts';
import { checkIsBuilt, cli, commandEnvironment, temporaryDirectory } from '../cli/command-line.ts';
import { processesOf, select } from './footprint.ts';
import { until } from './started-repro.ts';
import { judgeBlock, recordsOf, startBlock } from './watched-block.ts';
import type { BlockRequest, Program, WatchedBlock } from './watched-block.ts';

const host = currentHost();
const session = `live-strace-${process.pid}`;
let root = '';
let launcher = '';
let network: BlockRequest['network'] = { kind: 'inherited', enter: [] };
let missing: string | null = null;
let system: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), `afterclose's "live" test-`));
  const setup = await setUpStrace(host, () => undefined);
  const availability = await strace.probe(host);
  if (!availability.usable) {
    missing = `strace (${setup.line})`;
    return;
  }
  system = availability.installation;
  launcher = (await buildLauncher({ host })).binary;
  const chosen = await chooseNetwork();
  network = chosen.kind === 'private' ? chosen : { kind: 'inherited', enter: [] };
});
afterAll(async () => {
  await sweepSession(session);
  rmSync(root, { recursive: true, force: true });
});
beforeEach((context) => {
  if (missing !== null) context.skip(`missing: ${missing}`);
});

/** Under strace, as a session does it. */
function start(name: string, programs: readonly Program[], installation = system): WatchedBlock {
  return startBlock({
    directory: join(root, name),
    session,
    tracer: strace,
    installation,
    launcher,
    network,
    programs,
  });
}

const shell = (script: string): Program => ({ argv: ['/bin/sh', '-c', script] });

function eventsOf(block: WatchedBlock): readonly TraceEvent[] {
  const file = join(block.directory, rawTraceName);
  const decoder = createDecoder('asked');
  return [...decoder.push(existsSync(file) ? readFileSync(file) : Buffer.alloc(0)), ...decoder.end()];
}

const lossesIn = (events: readonly TraceEvent[]): readonly LossEvent[] =>
  events.filter((event) => event.kind === 'loss');

const isStrace = (words: readonly string[]): boolean => words.some((word) => word.endsWith('/strace'));
/** strace itself: not the programs that it has started, nor itself before its own execve. */
const straceOf = (block: WatchedBlock): number[] =>
  select(
    processesOf(session),
    ({ commandLine }) => isStrace(commandLine) && commandLine.includes('--follow-forks'),
  )
    .filter(() => block.read(rawTraceName) !== '')
    .map(({ pid }) => pid);

test('set up once, it says so and does nothing more', async () => {
  const told: string[] = [];
  const setup = await setUpStrace(host, (line) => told.push(line));
  expect([setup.ready, told]).toEqual([true, []]);
});

test('the race on go1.9.7 and its cure: counts as claimed, verdicts as under DTrace, no doubt', async () => {
  const [toolchain] = await resolveToolchains(['1.9.7'], { host });
  if (toolchain === undefined) throw new RangeError('1.9.7');
  const binaries = await Promise.all(
    ['unfixed', 'semaphore'].map(async (variant) =>
      buildVariant({ scenario: 'udp-reconnect', variant, toolchain }, { host }),
    ),
  );
  const programs = [...binaries, ...binaries].map(({ binary }) => ({ argv: [binary, '-cycles', '200'] }));
  const block = start('race', programs);
  const end = await block.ended;
  expect(end).toMatchObject({ stalled: false, group: { exitCode: 0, signal: null, survivors: [] } });
  expect(lossesIn(eventsOf(block))).toEqual([]);
  const { runs, doubts } = await judgeBlock(block, end);
  expect(doubts).toEqual([]);
  expect(runs.flatMap((run) => run.doubts)).toEqual([]);
  for (const { claimed, figures } of runs) {
    const { binds, addressInUse, cycles } = figures;
    expect({ binds, addressInUse, cycles }).toEqual({
      binds: claimed?.binds,
      addressInUse: claimed?.addressInUse,
      cycles: 200,
    });
  }
  expect(runs.map(({ verdict }) => verdict)).toEqual(['held', 'clean', 'held', 'clean']);
  // Close returns early in the fixed program too; it waits.
  expect(runs[1]?.figures.deferredCloses).toBeGreaterThan(0);
  expect(runs[1]?.figures.lingering).toBe(0);
});

test('a target that ignores SIGTERM is killed by the launcher, and the trace tells it to its end', async () => {
  const block = start('deaf', [
    // Time enough to have set the trap, and no child that is just being made when it is killed: strace then never
    // logs by which call, and the trace is rightly doubted.
    { ...shell(`trap '' TERM; exec sleep 1000`), timeoutMs: 3_000 },
    shell('exit 0'),
  ]);
  const end = await block.ended;
  expect(end.group).toMatchObject({ exitCode: 0, signal: null, survivors: [] });
  expect(recordsOf(block)).toMatchObject([
    { ended: 'timeout', signal: 'SIGKILL', killedWith: 'SIGKILL' },
    { ended: null, exitCode: 0 },
  ]);
  expect(lossesIn(eventsOf(block))).toEqual([]);
  expect(block.read(rawTraceName)).toContain('+++ killed by SIGKILL +++');
  expect(processesOf(session)).toEqual([]);
});

const forever = 'while :; do sleep 0.05; done';
/** Long after strace has begun, in the middle of a run that does not end by itself. */
const isRunning = (block: WatchedBlock): boolean =>
  block.read(rawTraceName).includes('/@afterclose/run 0001 begin');

describe('strace', () => {
  test('killed with -9: nothing is left, and the trace is doubtful', async () => {
    const block = start('killed', [shell(forever), shell('exit 0')]);
    await until('a run', () => isRunning(block));
    const [tracer] = straceOf(block);
    expect(tracer).toBeDefined();
    process.kill(tracer ?? 0, 'SIGKILL');
    const end = await block.ended;
    await sweepSession(session);
    expect(processesOf(session)).toEqual([]);
    expect(end.group.signal).toBe('SIGKILL');
    expect(strace.health({ ...end.group, stderr: block.read('tracer.stderr') })).toMatchObject([
      { reason: 'tracer-died', extent: 'anywhere' },
    ]);
    expect(lossesIn(eventsOf(block))).toContainEqual(
      expect.objectContaining({ reason: 'truncated', extent: 'anywhere', pid: null }),
    );
  });

  test('asked to end with SIGTERM, it goes on: it ends with what it watches', async () => {
    const block = start('asked', [shell('while [ ! -e go-on ]; do sleep 0.05; done')]);
    await until('a run', () => isRunning(block));
    for (const tracer of straceOf(block)) process.kill(tracer, 'SIGTERM');
    await until('its end would show', () => straceOf(block).length === 1);
    mkdirSync(join(block.directory, 'go-on'));
    const end = await block.ended;
    expect(end.group).toMatchObject({ exitCode: 0, signal: null });
    expect(lossesIn(eventsOf(block))).toEqual([]);
  });

  test('with its group, the launcher ends its runs in order, and the trace is whole', async () => {
    const block = start('group', [shell(forever), shell('exit 0')]);
    await until('a run', () => isRunning(block));
    const [tracer = 0] = straceOf(block);
    process.kill(-tracer, 'SIGTERM');
    const end = await block.ended;
    // 128 + 15: the launcher's exit code for a signal.
    expect(end.group).toMatchObject({ exitCode: 143, signal: null, survivors: [] });
    expect(recordsOf(block)).toMatchObject([{ ended: 'stopped' }]);
    expect(lossesIn(eventsOf(block))).toEqual([]);
    expect(strace.health({ ...end.group, stderr: block.read('tracer.stderr') })).toEqual([]);
    expect(processesOf(session)).toEqual([]);
  });

  test('whose launcher is killed with -9 ends too, and nothing is left', async () => {
    const block = start('launcher', [shell(forever)]);
    await until('a run', () => isRunning(block));
    const [hello = '{}'] = block.read('records.ndjson').split('\n');
    const record = recordSchema.parse(JSON.parse(hello));
    expect(record.kind).toBe('launcher');
    process.kill(record.kind === 'launcher' ? record.pid : 0, 'SIGKILL');
    const end = await block.ended;
    await sweepSession(session);
    expect(processesOf(session)).toEqual([]);
    expect(strace.health({ ...end.group, stderr: '' })).toMatchObject([{ reason: 'tracer-died' }]);
  });
});

test('a full disk under the trace: exit code 4, and nothing is called clean', async (context) => {
  if (!host.isRoot) return context.skip('missing: root (to mount a small disk)');
  checkIsBuilt();
  // Mounted for this one process tree; it holds the untraced blocks and not the trace.
  const script = 'mount -t tmpfs -o size=600k tmpfs "$1" && cd "$1" && shift && exec "$@"';
  const repro = ['repro', '--tracer', 'strace', '--go', 'local', '--variant', 'semaphore'];
  const size = ['--runs', '1', '--cycles', '800', '--out', 's', '--json'];
  const { exitCode, stdout, stderr } = await execa(
    'unshare',
    [
      ...['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', await temporaryDirectory()],
      ...[process.execPath, cli, ...repro, ...size],
    ],
    { env: commandEnvironment(), extendEnv: false, reject: false, stdin: 'ignore' },
  );
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/full|No space left/);
  expect(stderr).not.toMatch(/fault of afterclose/);
  expect(stdout).not.toContain('"verdict":"clean"');
});

describe('the strace that set-up brings', () => {
  let brought: Readonly<Record<string, string>> | null = null;
  let why = '';
  beforeAll(async () => {
    if (missing !== null) return;
    const nowhere = { ...currentMachine(), searchPath: '/nowhere' };
    why = (await setUpStrace(host, () => undefined, nowhere)).line;
    const directory = newestInstallation(straceCache(host.cacheDirectory));
    const found = directory === null ? null : readPrivate(directory);
    brought = found === null ? null : toRecord(found);
  });

  test('sees a run from its begin to its end', async (context) => {
    if (brought === null) return context.skip(`missing: debian-mirror (${why})`);
    const block = start('brought', [shell('[ -r "/@afterclose/hello" ]; kill -9 $$')], brought);
    const end = await block.ended;
    expect(end.group).toMatchObject({ exitCode: 0, signal: null });
    const events = eventsOf(block);
    expect(lossesIn(events)).toEqual([]);
    const marks = events.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
    expect(marks).toEqual([
      `session begin ${session}`,
      'run 0001 begin',
      'hello',
      'run 0001 end',
      `session end ${session}`,
    ]);
  });

  test('takes all that it watches with it when it is killed', async (context) => {
    if (brought === null) return context.skip(`missing: debian-mirror (${why})`);
    const block = start('brought, killed', [shell(forever)], brought);
    await until('a run', () => isRunning(block));
    for (const tracer of straceOf(block)) process.kill(tracer, 'SIGKILL');
    // No sweep: strace itself sees to it.
    await until('all are gone', () => processesOf(session).length === 0);
    expect((await block.ended).group.signal).toBe('SIGKILL');
  });
});
