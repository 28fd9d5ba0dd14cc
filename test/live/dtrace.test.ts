/** The real DTrace on the real kernel. Brings it where it is not there, so the first time needs a network. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { currentHost } from '../../harness/host.ts';
import { startGroup } from '../../harness/run/process-group.ts';
import { command, rawTraceName } from '../../harness/tracers/dtrace/command.ts';
import { createDecoder, defaultWindowNs } from '../../harness/tracers/dtrace/decode.ts';
import { selfTest } from '../../harness/tracers/dtrace/self-test.ts';
import { setUpDtrace } from '../../harness/tracers/dtrace/setup.ts';
import { readRows } from '../../harness/tracers/dtrace/sweep.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { watchProgram } from '../../harness/tracers/dtrace/watch-program.ts';
import type { WatchedEnd } from '../../harness/tracers/dtrace/watch-program.ts';
import type { TraceEvent } from '../../src/trace/event.ts';

const host = currentHost();
let root = '';
let installation: Readonly<Record<string, string>> = {};
let missing: string | null = null;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), `afterclose's "live" test-`));
  if (!host.isRoot) {
    missing = 'root (DTrace puts programs into the kernel)';
    return;
  }
  const setup = await setUpDtrace(host, () => undefined);
  const availability = await dtrace.probe(host);
  if (availability.usable) installation = availability.installation;
  else missing = `dtrace (${setup.line})`;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
beforeEach((context) => {
  if (missing !== null) context.skip(`missing: ${missing}`);
});

function freshDirectory(name: string): string {
  const directory = join(root, name);
  mkdirSync(directory);
  return directory;
}

function decodeFile(file: string): readonly TraceEvent[] {
  const decoder = createDecoder(defaultWindowNs);
  return [...decoder.push(readFileSync(file)), ...decoder.end()];
}

const marksIn = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
const lossesIn = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.filter(({ kind }) => kind === 'loss');

test('set up once, it says so and does nothing more', async () => {
  const told: string[] = [];
  const setup = await setUpDtrace(host, (line) => told.push(line));
  expect([setup.ready, told]).toEqual([true, []]);
});

test('sockets-darwin.d, made for macOS, compiles here too, and every line that it prints is read', async () => {
  const program = join(host.packageRoot, 'harness/tracers/dtrace/sockets-darwin.d');
  const bindTwice = `
    const { createSocket } = require('node:dgram');
    const first = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const second = createSocket('udp4').on('error', () => { second.close(); first.close(); });
      second.bind(first.address().port, '127.0.0.1');
    });
  `;
  const directory = freshDirectory('for macOS');
  const watched = [process.execPath, '-e', bindTwice];
  const end = await watchProgram(directory, watched, { ...installation, program });
  expect({ exitCode: end.exitCode, stderr: end.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const events = decodeFile(end.trace ?? '');
  expect(lossesIn(events)).toEqual([]);
  const binds = events.filter((event) => event.kind === 'return' && event.name === 'bind');
  expect(binds).toMatchObject([{ result: { ok: true } }, { result: { ok: false } }]);
  expect(events.some(({ kind }) => kind === 'fork')).toBe(true);
});

test('40 of 40 binds, and the one that fails', async () => {
  expect(await selfTest(installation)).toEqual({ binds: 40, addressInUse: 1, fault: null });
});

describe('one script, watched once in a directory whose name has blanks and quotes', () => {
  const program = `
    const { execFile } = require('node:child_process');
    for (let n = 1; n <= 30; n++) execFile('/bin/sh', ['-c', '[ -r "/@afterclose/child ' + n + '" ]; kill -9 $$']);
  `;
  const script = '"$1" -e "$2"; [ -r "/@afterclose/a\n9 9 9 X 1 0" ]; [ -r /@afterclosed ]; exit 7';
  let end: WatchedEnd;
  let events: readonly TraceEvent[] = [];
  beforeAll(async () => {
    if (missing !== null) return;
    const words = ['/bin/sh', '-c', script, 'sh', process.execPath, program];
    end = await watchProgram(freshDirectory('script'), words, installation);
    events = decodeFile(end.trace ?? '');
  });
  const isOfChild = (mark: string): boolean => mark.startsWith('child ');

  test('nothing is lost, and nothing said', () => {
    expect(end.stderr).toBe('');
    expect(lossesIn(events)).toEqual([]);
  });

  test('children that a program with many threads starts and that are killed: all of them, from their fork to their exit', () => {
    const ofChildren = marksIn(events).filter(isOfChild);
    expect(ofChildren.sort()).toEqual(Array.from({ length: 30 }, (_, n) => `child ${n + 1}`).sort());
    const forked = events.flatMap((event) => (event.kind === 'fork' ? [`${event.pid}/${event.tid}`] : []));
    const exited = new Set(
      events.flatMap((event) => (event.kind === 'exit' ? [`${event.pid}/${event.tid}`] : [])),
    );
    expect(forked.length).toBeGreaterThan(30);
    expect(forked.filter((thread) => !exited.has(thread))).toEqual([]);
  });

  test('a mark can not pass for another line, and other paths are not printed', () => {
    expect(marksIn(events).filter((mark) => !isOfChild(mark))).toEqual(['a\n9 9 9 X 1 0']);
  });

  test('the exit code of the program is kept, though dtrace ends with 0', () => {
    expect([end.exitCode, end.programStatus]).toEqual([0, '7']);
  });
});

test('what a buffer that is far too small drops is missed by the counts', async () => {
  const directory = freshDirectory('drops');
  const script = 'n=0; while [ $n -lt 4000 ]; do [ -r "/@afterclose/$n" ]; n=$((n+1)); done; true';
  const plan = command({ directory, launcher: ['/bin/sh', '-c', script], installation });
  for (const { name, content } of plan.files) writeFileSync(join(directory, name), content);
  const group = await startGroup({
    argv: plan.argv.map((word) => word.replace(/^bufsize=.*/, 'bufsize=4k')),
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '' },
    stdout: 'ignore',
    stderr: 'capture',
  });
  await group.ended;
  const events = decodeFile(join(directory, rawTraceName));
  const missed = events.flatMap((event) =>
    event.kind === 'loss' && event.reason === 'count-mismatch' && event.text.includes('of kind M')
      ? [event.count ?? 0]
      : [],
  );
  expect(marksIn(events).length + (missed[0] ?? 0)).toBe(4000);
});

test('kill -9 of dtrace: the trace is doubtful from its start, and nothing is left behind', async () => {
  const directory = freshDirectory('killed');
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const script = '[ -r /@afterclose/begun ]; : >ready; sleep 30';
  const plan = command({ directory, launcher: ['/bin/sh', '-c', script], installation });
  for (const { name, content } of plan.files) writeFileSync(join(directory, name), content);
  const group = await startGroup({
    argv: plan.argv,
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '' },
    stdout: 'ignore',
    stderr: 'capture',
    graceMs: 500,
  });
  while (!existsSync(join(directory, 'ready'))) await sleep(20);
  // A sweep of another session takes away the rows of dtraces that are dead, and of those only.
  const ownRows = async () => (await readRows()).filter((row) => row.includes(`dt_${group.pid}_dtrace`));
  expect(await ownRows()).toHaveLength(2);
  process.kill(group.pid, 'SIGKILL');
  const end = await group.ended;
  expect(end.signal).toBe('SIGKILL');
  expect(dtrace.health(end)).toMatchObject([{ reason: 'tracer-died', extent: 'anywhere' }]);
  const raw = join(directory, rawTraceName);
  const events = decodeFile(existsSync(raw) ? raw : '/dev/null');
  expect(lossesIn(events)).toContainEqual(
    expect.objectContaining({ reason: 'truncated', extent: 'anywhere', pid: null }),
  );
  await dtrace.sweep(host);
  expect(await ownRows()).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mounts);
});
