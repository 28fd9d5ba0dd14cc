/** Which tests a report becomes, and what they come out as. */
import { describe, expect, test } from 'vitest';
import { armTest, sessionTest } from '../../../src/report/arm-test.ts';
import { buildReport, type JudgedArm } from '../../../src/report/build.ts';
import type { Baseline } from '../../../src/report/question.ts';
import { junit } from '../../../src/report/junit.ts';
import type { ArmReport, Report } from '../../../src/report/report.ts';
import { arms, session } from './sample-session.ts';

const report = buildReport(session());
const options = { width: 80, color: false, detail: 'full', sessionPath: null } as const;

describe('the test of an arm', () => {
  test.each([
    ['held', 'held', 'passed'],
    ['clean', 'clean', 'passed'],
    ['clean', 'held', 'failed'],
    ['clean', 'unknown', 'error'],
    ['held', 'unknown', 'error'],
    ['held', 'clean', 'error'],
  ] as const)('must be %s, is %s: %s', (expected, verdict, result) => {
    expect(armTest({ ...firstArm(report), expected, verdict }, report)?.result).toBe(result);
  });

  test('there is none where nothing is expected', () => {
    expect(armTest({ ...firstArm(report), expected: null }, report)).toBe(null);
  });

  test('its name stays the same whatever comes out', () => {
    const names = (['clean', 'unknown', 'held'] as const).map(
      (verdict) => armTest({ ...firstArm(report), verdict }, report)?.name,
    );
    expect(new Set(names)).toEqual(new Set(['unfixed on go1.9.7 must be held, watched by dtrace']));
  });
});

describe('in a gate, what it decided', () => {
  const { unfixedOld, unfixedNew, fixedOld } = arms;
  const bad: JudgedArm = { ...unfixedOld, arm: { ...unfixedOld.arm, role: 'known-bad' } };
  const good: JudgedArm = { ...unfixedNew, arm: { ...unfixedNew.arm, role: 'known-good' } };
  const clean: JudgedArm = { ...fixedOld, arm: { ...fixedOld.arm, role: 'subject' } };
  const held: JudgedArm = { ...clean, runs: unfixedOld.runs };
  const known = held.runs.flatMap((each) => each.kinds).map(({ code, cause }) => ({ code, cause }));

  test.each<[string, JudgedArm[], number, string[]]>([
    ['green', [bad, good, clean], 0.5, ['passed', 'passed', 'passed']],
    ['too few runs for the claim', [bad, good, clean], 0.1, ['passed', 'error', 'error']],
    ['red', [bad, good, held], 0.5, ['passed', 'passed', 'failed']],
    [
      'could not have gone red',
      [{ ...bad, runs: good.runs }, good, clean],
      0.5,
      ['error', 'passed', 'passed'],
    ],
    ['blind', [bad, { ...good, runs: bad.runs }, clean], 0.5, ['passed', 'failed', 'passed']],
  ])('%s', (_, judged, below, results) => {
    expect(resultsOf(judged, { below, findings: [] })).toEqual(results);
  });

  test('what the baseline knows fails nothing', () => {
    const findings = known.map((kind) => ({
      ...kind,
      subject: 'semaphore@go1.9.7',
      address: null,
      heldRuns: 5,
      runs: 5,
    }));
    expect(resultsOf([bad, good, held], { below: 0.5, findings })).toEqual(['passed', 'passed', 'passed']);
  });

  function resultsOf(
    judged: readonly JudgedArm[],
    { below, findings }: { below: number; findings: Baseline['findings'] },
  ) {
    const gated = buildReport(
      session({
        arms: judged,
        question: {
          kind: 'gate',
          claim: { below, confidence: 0.95 },
          inconclusive: 'fail',
          baseline: { schemaVersion: 1, program: 'udp-reconnect', findings },
        },
      }),
    );
    return gated.arms.map((arm) => armTest(arm, gated)?.result);
  }
});

test.each([
  ['as-expected', 'passed'],
  ['unexpected', 'failed'],
  ['inconclusive', 'error'],
  ['interrupted', 'error'],
  ['failed', 'error'],
] as const)('a session that is %s: %s', (outcome, result) => {
  expect(sessionTest({ ...report, outcome }).result).toBe(result);
});

describe('the document', () => {
  test('counts its tests: the known-bad arm is held and passes', () => {
    expect(countsIn(report)).toBe('tests="5" failures="0" errors="0"');
  });

  test('a fix that does not hold is one failure, told by its story', () => {
    const broken = buildReport(
      session({ arms: [{ ...arms.unfixedOld, arm: { ...arms.unfixedOld.arm, expected: 'clean' } }] }),
    );
    expect(countsIn(broken)).toBe('tests="2" failures="2" errors="0"');
    const text = junit.render(broken, options);
    expect(text).toMatch(/<failure message="a port was still held after it was closed: [^"]*" type="held">/);
    expect(text).toMatch(/^holder: fd \d+ of process \d+ was still bound/m);
  });
});

function countsIn(value: Report): string | undefined {
  return /<testsuites name="afterclose" ([^>]*)>/.exec(junit.render(value, options))?.[1];
}

function firstArm({ arms: [arm] }: Report): ArmReport {
  if (arm === undefined) throw new Error('no arm');
  return arm;
}
