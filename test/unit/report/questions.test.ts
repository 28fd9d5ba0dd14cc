/** Reports of comparisons and gates: what they add to that of repro, and how a terminal shows it. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../../src/report/build.ts';
import type { JudgedArm, ReportInput } from '../../../src/report/build.ts';
import { documentOf } from '../../../src/report/json.ts';
import type { Question } from '../../../src/report/question.ts';
import { reportSchema } from '../../../src/report/report.ts';
import { terminal } from '../../../src/report/terminal.ts';
import { arms, doubt, five, run, session } from './sample-session.ts';

const claim = { below: 0.1, confidence: 0.95 };
const comparison: Question = { kind: 'compare', claim };
const old = [arms.unfixedOld, arms.fixedOld, arms.unfixedOldAlone, arms.fixedOldAlone];

function compared(changes: Partial<ReportInput> = {}) {
  return buildReport(session({ question: comparison, arms: old, warmUpRuns: 1, ...changes }));
}

function shown(report: ReturnType<typeof buildReport>, width = 80): string {
  return terminal.render(report, { width, color: false, sessionPath: null, detail: 'brief' });
}

function section(text: string, title: string): string {
  return text.split('\n\n').find((each) => each.startsWith(title)) ?? '';
}

describe('a comparison', () => {
  test('is a valid report, with its tests, effects and cautions', () => {
    const report = compared({ machine: { loadAverage: 3, cpus: 2 } });
    expect(reportSchema.parse(documentOf(report))).toEqual(documentOf(report));
    expect(report.cautions.map(({ code }) => code)).toEqual([
      'machine-busy',
      'tracer-moved-rate',
      'too-few-runs',
    ]);
    expect(report.comparisons).toHaveLength(1);
    expect(report.arms[0]).toMatchObject({ heldShare: { high: 1 }, linger: { count: 1065 } });
    expect(report.arms[0]?.heldShare?.low).toBeCloseTo(0.025 ** (1 / 5), 12);
  });

  test('runs that never came to be, runs in doubt and strangers at the address are cautions', () => {
    const missing = run({ verdict: 'unknown', doubts: [doubt('run-missing')] });
    const doubtful = run({ verdict: 'unknown', doubts: [doubt('foreign-holder')] });
    const cut = { arm: arms.fixedOld.arm, runs: [...arms.fixedOld.runs.slice(2), doubtful, missing] };
    const { cautions, comparisons } = compared({ arms: [arms.unfixedOld, cut] });
    expect(cautions.filter((each) => 'arm' in each && each.arm === 'semaphore@go1.9.7:dtrace')).toMatchObject(
      [
        { code: 'runs-missing', runs: 4, planned: 5 },
        { code: 'too-few-runs', runs: 3, needed: 29 },
        { code: 'unknown-runs', runs: 4, unknownRuns: 1 },
        { code: 'foreign-holder-seen', runs: 4, foreignRuns: 1 },
        { code: 'tracer-effect-unknown', why: 'not-run-untraced' },
      ],
    );
    expect(comparisons[0]?.seen).toBe('not-tested');
    expect(section(shown(compared({ arms: [arms.unfixedOld, cut] })), 'COMPARED')).toContain('NOT TESTED');
  });

  test('somebody who had the address all the time is a caution of every run', () => {
    const doubts = [doubt('foreign-holder', { run: null })];
    const { cautions } = compared({ doubts });
    const seen = cautions.filter(({ code }) => code === 'foreign-holder-seen');
    expect(seen).toMatchObject([{ foreignRuns: 5 }, { foreignRuns: 5 }]);
  });

  test('repro has none of it', () => {
    const { comparisons, gate, cautions } = buildReport(session());
    expect({ comparisons, gate, cautions }).toEqual({ comparisons: [], gate: null, cautions: [] });
  });

  test('reads well', () => {
    const text = shown(compared());
    expect(section(text, 'COMPARED')).toMatchInlineSnapshot(`
      "COMPARED WITH unfixed on go1.9.7, held in 5 of 5
        DIFFERENT: semaphore on go1.9.7, held in 0 of 5: two-sided p = 0.00794;
          one-sided, held in fewer: p = 0.00397; odds ratio 0 (95 %: 0 to 0.435).
      p: Fisher's exact test over runs. Different: at most 0.05 after Holm."
    `);
    expect(section(text, 'HOW LONG')).toMatchInlineSnapshot(`
      "HOW LONG
        unfixed on go1.9.7, linger: 1,065 sockets, p50 710 us, p99 1.41 ms, max
          1.42 ms; 5.00 us |....:+#*| 2.00 ms
        unfixed on go1.9.7, close lag: 1,590 sockets, p50 799 us, p99 1.59 ms, max
          1.59 ms; 2.00 us |.....:=*#| 2.00 ms
        semaphore on go1.9.7, close lag: 4,000 sockets, p50 87.1 us, p99 173 us, max
          176 us; 200 ns |......-+#| 200 us
      linger: from the free point to the last reference; close lag: from the return of
        Close. Each histogram runs from its first to its last bin (1, 2, 5, 10, ...),
        _ for none, # for the most."
    `);
    expect(section(text, 'CAUTIONS')).toMatchInlineSnapshot(`
      "CAUTIONS
        The tracer moved the rate of unfixed on go1.9.7: 1.04 times the untraced rate
          (95 %: 1.04 to 1.06).
        semaphore on go1.9.7 was clean in 5 runs; to claim <10 % at 95 % takes 29."
    `);
  });

  test.each([80, 100, 200])('no line of its text is longer than %d columns', (width) => {
    const lines = shown(compared(), width).split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });

  test('names the tracer where there are two', () => {
    const strace = { ...arms.unfixedOld, arm: { ...arms.unfixedOld.arm, tracer: 'strace' } };
    const text = shown(compared({ arms: [arms.unfixedOld, strace] }));
    expect(text).toContain('COMPARED WITH unfixed on go1.9.7 under dtrace');
    expect(text).toContain('unfixed on go1.9.7 under strace, held in 5 of 5');
    expect(section(text, 'SESSION')).toContain('with tracers dtrace and strace');
  });

  test.each<[string, readonly JudgedArm[], string, number]>([
    ['nothing is expected, and nothing is in doubt', [own('a', 'held'), own('b', 'clean')], 'as-expected', 0],
    ['nothing is expected, and one is in doubt', [own('a', 'held'), own('b', 'unknown')], 'inconclusive', 4],
    ['held where it must be clean', [own('a', 'held', 'clean'), own('b', 'unknown')], 'unexpected', 1],
    ['clean where it must be held', [own('a', 'clean', 'held'), own('b', 'clean')], 'inconclusive', 4],
    ['held where it must be held', [own('a', 'held', 'held'), own('b', 'clean')], 'as-expected', 0],
    ['nothing was traced', [arms.unfixedOldAlone, arms.fixedOldAlone], 'inconclusive', 4],
  ])('%s', (_, judged, outcome, exitCode) => {
    expect(compared({ arms: judged })).toMatchObject({ outcome, exitCode });
  });
});

describe('a gate', () => {
  const gate: Question = { kind: 'gate', claim, inconclusive: 'fail', baseline: null };
  const withRole = ({ arm, runs }: JudgedArm, role: JudgedArm['arm']['role'], times = 6): JudgedArm => ({
    arm: { ...arm, role },
    runs: Array.from({ length: times }, () => runs).flat(),
  });
  const bad = withRole(arms.unfixedOld, 'known-bad');
  const good = withRole(arms.unfixedNew, 'known-good');
  const fixed = withRole(arms.fixedOld, 'subject');
  const broken = { arm: fixed.arm, runs: bad.runs };
  const judge = (judged: readonly JudgedArm[], changes: Partial<ReportInput> = {}) =>
    buildReport(session({ question: gate, arms: judged, ...changes }));
  const headOf = (report: ReturnType<typeof buildReport>) =>
    section(shown(report), 'GATE').split('\n  The race')[0]?.split('\n  Clean')[0];

  test('green says what it claims', () => {
    const report = judge([bad, good, fixed]);
    expect(reportSchema.parse(documentOf(report))).toEqual(documentOf(report));
    expect([report.outcome, report.exitCode]).toEqual(['as-expected', 0]);
    expect(headOf(report)).toMatchInlineSnapshot(`
      "GATE GREEN: it could have gone red, and every subject is clean as far as the
        claim goes (<10 % at 95 %)."
    `);
  });

  test('red names the subject, and what was found of it', () => {
    const report = judge([bad, good, broken]);
    expect([report.outcome, report.exitCode]).toEqual(['unexpected', 1]);
    expect(headOf(report)).toMatchInlineSnapshot(`"GATE RED: semaphore@go1.9.7 was held."`);
    expect(section(shown(report), 'GATE\n')).toMatchInlineSnapshot(`
      "GATE
        claim <10 % at 95 %, which takes 29 clean runs of an arm; no baseline
        NEW semaphore@go1.9.7: conflict (after-close) of udp 127.0.0.1:3001, in 30 of
          30 runs
        NEW semaphore@go1.9.7: linger (call-in-flight) of udp 127.0.0.1:3001, in 30 of
          30 runs"
    `);
  });

  test('with a healthy known-bad arm it says that it could not have gone red', () => {
    const healthy = withRole(arms.unfixedNew, 'known-bad');
    const report = judge([healthy, good, fixed]);
    expect([report.outcome, report.exitCode]).toEqual(['inconclusive', 4]);
    expect(headOf(report)?.replaceAll(/\s+/g, ' ')).toContain('could not have gone red');
  });

  test('a loss makes it inconclusive, unless it is told to let that pass', () => {
    const lost = {
      arm: fixed.arm,
      runs: fixed.runs.map((each) => ({ ...each, verdict: 'unknown' as const })),
    };
    const doubts = [doubt('dropped', { run: null })];
    expect(judge([bad, good, lost], { doubts })).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    const question = { ...gate, inconclusive: 'pass' } as const;
    const passed = judge([bad, good, lost], { doubts, question });
    expect(passed).toMatchObject({ outcome: 'inconclusive', exitCode: 0 });
    expect(headOf(passed)).toContain('--inconclusive=pass');
  });

  test('a subject that never binds is not green', () => {
    const runs = fixed.runs.map((each) => ({ ...each, figures: { ...each.figures, binds: 0 } }));
    const report = judge([bad, good, { arm: fixed.arm, runs }]);
    expect([report.outcome, report.exitCode]).toEqual(['inconclusive', 4]);
    expect(headOf(report)?.replaceAll(/\s+/g, ' ')).toContain(
      'semaphore@go1.9.7 bound nothing in too many runs',
    );
  });

  test('neither a red gate nor an interrupted one is let through', () => {
    const question = { ...gate, inconclusive: 'pass' } as const;
    expect(judge([bad, good, broken], { question }).exitCode).toBe(1);
    const end = { kind: 'interrupted', signal: 2 } as const;
    expect(judge([bad, good, fixed], { question, end }).exitCode).toBe(130);
  });

  test('a session that broke off is never green', () => {
    expect(judge([bad, good, fixed], { end: { kind: 'broken-off' } }).exitCode).toBe(4);
  });

  test('the baseline of what is known is told finding by finding', () => {
    const baseline = {
      schemaVersion: 1,
      program: 'udp-reconnect',
      findings: [
        {
          subject: 'semaphore@go1.9.7',
          code: 'linger',
          cause: 'call-in-flight',
          address: null,
          heldRuns: 29,
          runs: 30,
        },
      ],
    } as const;
    const question = { ...gate, baseline: { ...baseline, findings: [...baseline.findings] } };
    const report = judge([bad, good, broken], { question });
    expect(report.outcome).toBe('unexpected');
    expect(section(shown(report), 'GATE\n')).toMatchInlineSnapshot(`
      "GATE
        claim <10 % at 95 %, which takes 29 clean runs of an arm; a baseline
        NEW semaphore@go1.9.7: conflict (after-close) of udp 127.0.0.1:3001, in 30 of
          30 runs
        known semaphore@go1.9.7: linger (call-in-flight) of any address, in 30 of 30
          runs, 29 of 30 in the baseline"
    `);
  });
});

function own(
  variant: string,
  verdict: 'held' | 'clean' | 'unknown',
  expected: 'held' | 'clean' | null = null,
): JudgedArm {
  return {
    arm: { variant, toolchain: null, tracer: 'dtrace', expected, role: null },
    runs: five(() => run({ verdict, claimed: null })),
  };
}
