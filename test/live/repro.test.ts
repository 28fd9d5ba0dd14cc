/** The main job on the real thing: the official Go releases, the real kernel, the real DTrace. */
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reportSchema } from '../../src/report/report.ts';
import type { ArmReport, Report } from '../../src/report/report.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';
import type { CommandResult } from '../cli/command-line.ts';
import { missingDtrace, missingEbpf } from './started-repro.ts';

let missing: string | null = null;
beforeAll(async () => {
  missing = await missingDtrace();
});

describe('under DTrace', () => {
  beforeEach((context) => {
    if (missing !== null) context.skip(missing);
  });

  test('the race shows on go1.9.7, the semaphore removes it, and the local Go never had it', async () => {
    const directory = await temporaryDirectory();
    const words = ['repro', '--tracer', 'dtrace', '--runs', '2', '--cycles', '100', '--out', 'session'];
    const { exitCode, stdout, stderr } = await afterclose([...words, '--json'], { cwd: directory });
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.doubts).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      outcome: 'as-expected',
      exitCode: 0,
      tracer: 'dtrace',
      tracerRequested: 'dtrace',
    });

    const unfixed = armOf(report, 'unfixed', 'go1.9.7');
    expect(unfixed).toMatchObject({ verdict: 'held', expected: 'held', runs: 2, heldRuns: 2, cycles: 200 });
    expect(unfixed.addressInUse).toBeGreaterThan(0);
    expect(unfixed.lingering).toBeGreaterThan(0);
    const semaphore = armOf(report, 'semaphore', 'go1.9.7');
    expect(semaphore).toMatchObject({ verdict: 'clean', expected: 'clean', addressInUse: 0, lingering: 0 });
    expect(semaphore.deferredCloses).toBeGreaterThan(0);
    const modern = report.arms.filter((arm) => arm.tracer === 'dtrace' && arm.toolchain !== 'go1.9.7');
    const local = modern.filter((arm) => !arm.toolchain?.endsWith('+legacy-close'));
    expect(local.map((arm) => [arm.variant, arm.verdict, arm.deferredCloses])).toEqual([
      ['unfixed', 'clean', 0],
      ['semaphore', 'clean', 0],
    ]);
    const legacy = modern.filter((arm) => arm.toolchain?.endsWith('+legacy-close'));
    expect(legacy.map((arm) => [arm.variant, arm.verdict])).toEqual([
      ['unfixed', 'held'],
      ['semaphore', 'clean'],
    ]);
    for (const arm of report.arms.filter((each) => each.tracer === 'none')) {
      expect(arm).toMatchObject({
        verdict: 'unknown',
        heldRuns: null,
        lingering: null,
        deferredCloses: null,
      });
    }

    await expectCrossCheck(report, stderr);

    const conflict = report.findings.find((finding) => finding.code === 'conflict');
    expect(conflict).toMatchObject({
      cause: 'after-close',
      certain: true,
      variant: 'unfixed',
      toolchain: 'go1.9.7',
    });
    const holder = conflict?.holders[0];
    expect(holder?.boundTo).toMatch(/^127\.0\.0\.1:300[12]$/);
    expect(conflict?.address).toBe(`udp ${holder?.boundTo ?? ''}`);
    expect(holder?.pid).toBe(conflict?.pid);
    expect(holder?.openedAtNs).toBeLessThan(conflict?.atNs ?? 0);
    expect(stderr).toMatch(/seed [0-9a-f]{8}/);

    // check: the same document, also after a move and in another width.
    const saved = join(directory, 'session');
    expect(await readFile(join(saved, 'report.json'), 'utf8')).toBe(stdout);
    await rename(saved, join(directory, 'moved to another place'));
    const again = await afterclose(['check', 'moved to another place', '--json'], {
      cwd: directory,
      env: { COLUMNS: '40', LC_ALL: 'C', TZ: 'Asia/Tokyo' },
    });
    expect(again).toEqual({ exitCode: 0, stdout, stderr: '' });

    // An altered claim does not become another count: it makes the session unknown.
    const altered = join(directory, 'moved to another place');
    await alterClaims(altered);
    const doubted = await afterclose(['check', altered, '--json']);
    expect(doubted.exitCode).toBe(4);
    const doubtful = reportSchema.parse(JSON.parse(doubted.stdout));
    expect(new Set(doubtful.arms.map((arm) => arm.verdict))).toEqual(new Set(['unknown']));
    expect(doubtful.doubts.map((doubt) => doubt.code)).toContain('altered');
    expect(doubtful.findings.filter((finding) => finding.certain)).toEqual([]);
  });

  test('IPv6 is the same story, and so is a program that binds again and again', async () => {
    const directory = await temporaryDirectory();
    const words = [
      '--network',
      'udp6',
      '--variant',
      'unfixed',
      '--variant',
      'retry',
      '--go',
      '1.9.7',
      '--runs',
      '1',
      '--cycles',
      '100',
    ];
    const { exitCode, stdout, stderr } = await afterclose(
      ['repro', '--tracer', 'dtrace', ...words, '--json'],
      { cwd: directory },
    );
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.doubts).toEqual([]);
    expect(exitCode).toBe(0);
    for (const variant of ['unfixed', 'retry']) {
      expect(armOf(report, variant, 'go1.9.7').verdict).toBe('held');
      expect(armOf(report, variant, 'go1.9.7').addressInUse).toBeGreaterThan(0);
    }
    expect(report.findings[0]?.address).toMatch(/^udp \[::1\]:300[12]$/);
    await expectCrossCheck(report, stderr);
  });
});

describe('under DTrace alone', () => {
  let directory = '';
  let ended: CommandResult = { exitCode: undefined, stdout: '', stderr: '' };
  beforeAll(async () => {
    if (missing !== null) return;
    directory = await mkdtemp(join(tmpdir(), 'afterclose-test-'));
    const arms = ['--variant', 'deadline', '--variant', 'retry', '--go', '1.9.7'];
    const words = ['--no-cross-check', ...arms, '--runs', '1', '--cycles', '200', '--out', 'session'];
    ended = await afterclose(['repro', '--tracer', 'dtrace', ...words, '--json'], { cwd: directory });
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach((context) => {
    if (missing !== null) context.skip(missing);
  });
  const reportOf = (): Report => reportSchema.parse(JSON.parse(ended.stdout));

  test('deadline and retry do not help, although the program of retry reports success', () => {
    const report = reportOf();
    expect(report.doubts).toEqual([]);
    expect(ended.exitCode).toBe(0);
    expect(armOf(report, 'deadline', 'go1.9.7').verdict).toBe('held');
    expect(armOf(report, 'retry', 'go1.9.7').verdict).toBe('held');
  });

  test('nothing watches beside it where that is not wanted, and the session is as before', async () => {
    expect(new Set(reportOf().arms.map(({ crossCheck }) => crossCheck))).toEqual(new Set([null]));
    expect(ended.stderr).not.toMatch(/cross-check/);
    expect(await readdir(join(directory, 'session', 'blocks', '2-dtrace'))).not.toContain('ebpf.bin');
  });
});

describe('without a tracer', () => {
  const words = [
    '--tracer',
    'none',
    '--variant',
    'unfixed',
    '--go',
    '1.9.7',
    '--runs',
    '2',
    '--cycles',
    '50',
  ];

  test('nothing is proven: the figures are claims, and altered claims are no figures', async () => {
    const directory = await temporaryDirectory();
    const { exitCode, stdout } = await afterclose(['repro', ...words, '--out', 'session', '--json'], {
      cwd: directory,
    });
    const report = reportSchema.parse(JSON.parse(stdout));
    expect([exitCode, report.outcome, report.tracer]).toEqual([4, 'inconclusive', 'none']);
    const [arm] = report.arms;
    expect(arm).toMatchObject({ verdict: 'unknown', cycles: 100, heldRuns: null, lingering: null });
    expect(arm?.addressInUse).toBeGreaterThan(0);

    await cp(join(directory, 'session'), join(directory, 'altered'), { recursive: true });
    await alterClaims(join(directory, 'altered'));
    const checked = await afterclose(['check', 'altered', '--json'], { cwd: directory });
    const doubtful = reportSchema.parse(JSON.parse(checked.stdout));
    expect(checked.exitCode).toBe(4);
    expect(doubtful.arms[0]).toMatchObject({
      verdict: 'unknown',
      cycles: null,
      binds: null,
      addressInUse: null,
    });
    expect(doubtful.doubts.map((doubt) => doubt.code)).toContain('altered');
  });

  test('a seed repeats the order', async () => {
    const directory = await temporaryDirectory();
    const orders: unknown[] = [];
    for (const out of ['one', 'two']) {
      await afterclose(['repro', ...words, '--variant', 'semaphore', '--seed', 'a b', '--out', out], {
        cwd: directory,
      });
      const plan = JSON.parse(await readFile(join(directory, out, 'session.json'), 'utf8')) as {
        blocks: unknown;
      };
      orders.push(plan.blocks);
    }
    expect(orders[0]).toEqual(orders[1]);
  });
});

/** Where eBPF works: it saw every bind too, on the same runs, and for every refused one the same holder. */
async function expectCrossCheck(report: Report, stderr: string): Promise<void> {
  const isChecked = (await missingEbpf()) === null;
  const arms = report.arms.filter((each) => each.tracer === 'dtrace');
  expect(arms).not.toEqual([]);
  for (const { runs, binds: compared, addressInUse: refused, crossCheck } of arms) {
    const all = { tracer: 'ebpf', runs, runsNotCompared: 0, whyNot: null, compared, refused };
    expect(crossCheck).toEqual(isChecked ? { ...all, undetermined: 0, disagreements: 0 } : null);
  }
  expect(stderr).toMatch(isChecked ? /^cross-check: ebpf /m : /^no cross-check: ebpf .*: /m);
}

function armOf(report: Report, variant: string, toolchain: string): ArmReport {
  const arm = report.arms.find(
    (each) => each.variant === variant && each.toolchain === toolchain && each.tracer !== 'none',
  );
  if (arm === undefined) throw new Error(`no arm ${variant} ${toolchain}`);
  return arm;
}

/** In the first run of the first block, as somebody would who wants another answer. */
async function alterClaims(session: string): Promise<void> {
  const [block = ''] = (await readdir(join(session, 'blocks'))).sort();
  const folder = join(session, 'blocks', block, 'claims');
  const [first = ''] = (await readdir(folder)).sort();
  const text = await readFile(join(folder, first), 'utf8');
  const altered = text.replace(
    /("addressInUse": ?)(\d+)/,
    (_, key: string, count: string) => `${key}${Number(count) + 1}`,
  );
  expect(altered).not.toBe(text);
  await writeFile(join(folder, first), altered);
}
