/**
 * Sessions under the embedded tracer, each killed at a random moment: the documented exit code, and nothing left.
 * AFTERCLOSE_KILLS says how many (50 is what the project promises), AFTERCLOSE_SEED which moments.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { currentHost } from '../../harness/host.ts';
import { setUpEbpf } from '../../harness/tracers/ebpf/setup.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { randomFromSeed } from '../../src/experiment/random.ts';
import { processesOf, select } from './footprint.ts';
import type { SessionProcess } from './footprint.ts';
import { buildGoFile } from './go-file.ts';
import { leftSince, lookAtKernel, whatStays } from './kernel-footprint.ts';
import type { KernelFootprint } from './kernel-footprint.ts';
import { startRepro, until } from './started-repro.ts';
import type { StartedRepro } from './started-repro.ts';

/** By default each death once. */
const kills = Number(process.env['AFTERCLOSE_KILLS'] ?? 9);
const seed = process.env['AFTERCLOSE_SEED'] ?? 'killed sessions';

const host = currentHost();
let missing: string | null = null;
let root = '';
let lookout = '';
let before: KernelFootprint;
/** Of this file, as far as they came to have an id. */
const sessions: string[] = [];
const look = (): KernelFootprint => lookAtKernel(lookout, sessions);

beforeAll(async () => {
  const { ready, line } = await setUpEbpf(host, () => undefined);
  if (!ready || !host.isRoot) missing = `missing: ${host.isRoot ? 'ebpf' : 'root'} (${line})`;
  if (missing !== null) return;
  root = mkdtempSync(join(tmpdir(), 'afterclose-killed-'));
  lookout = buildGoFile('kernel-objects', root);
  await ebpf.sweep(host);
  before = look();
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

type Victim = 'afterclose' | 'agent' | 'program' | 'afterclose and agent';

interface Kill {
  readonly victim: Victim;
  readonly signal: NodeJS.Signals;
  readonly block: 'untraced' | 'traced';
  /** Of afterclose: after its start; of others: after the victim was seen. */
  readonly afterMs: number;
}

/** Every pair of victim and signal comes as often as any other. */
function drawKills(): readonly (readonly [string, Kill])[] {
  const random = randomFromSeed(seed);
  return Array.from({ length: kills }, (_, index) => {
    const [victim, signal] = deaths[index % deaths.length] ?? deaths[0];
    const block = victim === 'program' && random.below(3) === 0 ? 'untraced' : 'traced';
    const afterMs = random.below(victim === 'afterclose' ? 2_000 : 250);
    return [
      `${index + 1}: ${signal} to ${victim}, ${block}, after ${afterMs} ms`,
      { victim, signal, block, afterMs },
    ];
  });
}

const deaths = [
  ['afterclose', 'SIGKILL'],
  ['agent', 'SIGKILL'],
  ['program', 'SIGKILL'],
  ['afterclose', 'SIGINT'],
  ['afterclose and agent', 'SIGKILL'],
  ['agent', 'SIGTERM'],
  ['afterclose', 'SIGTERM'],
  ['program', 'SIGTERM'],
  ['agent', 'SIGINT'],
] as const;

test('while one goes on, its programs are seen: what looks can find them', async () => {
  const repro = await startSession();
  await until('a traced run', () => find(repro, 'program', 'traced').length > 0);
  sessions.push(repro.session());
  expect(leftSince(before, look()).map(withoutNumber)).toEqual(
    expect.arrayContaining(['program enter', 'program released', 'map ring', 'link -']),
  );
  repro.signal('SIGINT');
  expect((await repro.ended).exitCode).toBe(130);
  await expectNothingLeft(repro);
});

describe(`${kills} sessions killed, seed ${seed}`, () => {
  test.each(drawKills())('%s', async (_name, kill) => {
    const repro = await startSession();
    await hurt(repro, kill);
    const { exitCode, stderr } = await repro.ended;
    expect(allowedCodes(kill, repro), stderr).toContain(exitCode);
    // Nobody was left to sweep. The next session does, and doctor.
    if (kill.victim === 'afterclose and agent') await sweepWhenGone(repro);
    await expectNothingLeft(repro);
  });
});

/** Long enough that a run is still going on when it is hurt. */
function startSession(): Promise<StartedRepro> {
  const words = [
    '--tracer',
    'ebpf',
    '--go',
    'local',
    '--variant',
    'semaphore',
    '--runs',
    '1',
    '--cycles',
    '4000',
  ];
  return startRepro(words);
}

/** A victim that has already ended is not hurt: the session then ends as if nothing had been. */
async function hurt(repro: StartedRepro, { victim, signal, block, afterMs }: Kill): Promise<void> {
  if (victim !== 'afterclose') {
    let hasEnded = false;
    void repro.ended.then(() => (hasEnded = true));
    await until(victim, () => hasEnded || find(repro, victim, block).length > 0);
  }
  await sleep(afterMs);
  if (victim === 'afterclose' || victim === 'afterclose and agent') repro.signal(signal);
  if (victim === 'afterclose') return;
  for (const { pid } of find(repro, victim, block)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

function find(repro: StartedRepro, victim: Victim, block: Kill['block']): readonly SessionProcess[] {
  const directory = block === 'traced' ? '2-ebpf' : '1-none';
  if (repro.read('blocks', directory, 'batch.json') === '') return [];
  const name = victim === 'program' ? '/semaphore' : '/agent';
  return select(processesOf(repro.session()), ({ commandLine }) => commandLine[0]?.endsWith(name) === true);
}

/**
 * docs/exit-codes.md; 0 where it had already ended, or the victim had. Undefined: ended by the signal itself, as Node.js
 * is in its first moments, and 128+n to a shell.
 */
function allowedCodes({ victim, signal }: Kill, repro: StartedRepro): readonly (number | undefined)[] {
  switch (victim) {
    case 'afterclose and agent':
      return [undefined, 0];
    case 'afterclose':
      if (signal === 'SIGKILL') return [undefined, 0];
      return [signal === 'SIGINT' ? 130 : 143, repro.read('session.json') === '' ? undefined : 0];
    case 'agent':
    case 'program':
      return [4, 0];
  }
}

async function sweepWhenGone(repro: StartedRepro): Promise<void> {
  await until('its processes are gone', () => sessionProcesses(repro).length === 0);
  await ebpf.sweep(host);
}

async function expectNothingLeft(repro: StartedRepro): Promise<void> {
  if (repro.read('session.json') !== '') sessions.push(repro.session());
  await until(
    `nothing of it is left but ${sessionProcesses(repro).length} processes`,
    () => sessionProcesses(repro).length === 0,
  );
  expect(await whatStays(before, look)).toEqual([]);
}

/** None where it was hurt before it had made its session. */
function sessionProcesses(repro: StartedRepro): readonly SessionProcess[] {
  return repro.read('session.json') === '' ? [] : processesOf(repro.session());
}

function withoutNumber(object: string): string {
  const [kind, , name] = object.split(' ');
  return `${kind} ${name}`;
}
