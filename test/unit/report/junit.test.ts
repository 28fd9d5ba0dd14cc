/** Which tests a report becomes, and what they come out as. */
import { describe, expect, test } from 'vitest';
import { armTest, sessionTest } from '../../../src/report/arm-test.ts';
import { buildReport } from '../../../src/report/build.ts';
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
    expect(armTest({ ...firstArm(report), expected, verdict })?.result).toBe(result);
  });

  test('there is none where nothing is expected', () => {
    expect(armTest({ ...firstArm(report), expected: null })).toBe(null);
  });

  test('its name stays the same whatever comes out', () => {
    const names = (['clean', 'unknown', 'held'] as const).map(
      (verdict) => armTest({ ...firstArm(report), verdict })?.name,
    );
    expect(new Set(names)).toEqual(new Set(['unfixed on go1.9.7 must be held, watched by dtrace']));
  });
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
