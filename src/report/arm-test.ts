/**
 * What test formats (JUnit, TAP) and annotations make of a report: one test for the session and one for each arm
 * that decides something. A test passes only where its part of the outcome is proven, and is never skipped: doubt
 * is an error. An arm that must be held passes when it is held.
 */
import { untraced } from '../experiment/plan.ts';
import { programName } from './arm-name.ts';
import { excerpt } from './excerpt.ts';
import { describeReason } from './gate-words.ts';
import { subjectId } from './gate.ts';
import { headline } from './headline.ts';
import type { ArmReport, GateReport, Report } from './report.ts';
import { runsHeld } from './runs-held.ts';

export interface ReportTest {
  /** Stable from one session to the next, so that CI can follow it: `semaphore on go1.9.7 must be clean, watched by dtrace`. */
  readonly name: string;
  readonly result: TestResult;
  /** One sentence: what came out. */
  readonly message: string;
}

/** `failed`: proven to be otherwise; `error`: not proven. */
export type TestResult = 'passed' | 'failed' | 'error';

export function sessionTest(report: Report): ReportTest {
  const { marker, verdict } = headline(report);
  return {
    name: 'the session must come out as expected',
    result: sessionResults[report.outcome],
    message: `${marker}: ${verdict}`,
  };
}

const sessionResults = {
  'as-expected': 'passed',
  unexpected: 'failed',
  inconclusive: 'error',
  interrupted: 'error',
  failed: 'error',
} as const satisfies Record<Report['outcome'], TestResult>;

/** Null: nothing is expected of this arm, so it decides nothing. */
export function armTest(arm: ArmReport, { gate }: Report): ReportTest | null {
  const expected = expectedOf(arm);
  if (expected === null) return null;
  const name = `${programName(arm)} must be ${expected}, ${watch(arm)}`;
  return gate === null || arm.role === null
    ? { name, result: resultOf(arm, expected), message: messageOf(arm, expected) }
    : { name, ...gateResult(arm, expected, gate) };
}

/** `unfixed on go1.9.7, watched by dtrace` */
export function armTitle(arm: ArmReport): string {
  return `${programName(arm)}, ${watch(arm)}`;
}

/** In a gate its role says it, whatever the variant is known for. */
export function expectedOf({ role, expected }: ArmReport): 'clean' | 'held' | null {
  if (role === null) return expected;
  return role === 'known-bad' ? 'held' : 'clean';
}

function watch({ tracer }: ArmReport): string {
  return tracer === untraced ? 'untraced' : `watched by ${excerpt(tracer)}`;
}

function resultOf({ verdict }: ArmReport, expected: 'clean' | 'held'): TestResult {
  if (verdict === expected) return 'passed';
  // A known-bad arm that is clean shows no fault of a program: it shows that nothing could have been seen.
  return verdict === 'held' ? 'failed' : 'error';
}

function messageOf(arm: ArmReport, expected: 'clean' | 'held'): string {
  const runs = `held in ${runsHeld(arm).sentence}`;
  if (arm.verdict === expected) return `${arm.verdict}, as it must be: ${runs}`;
  switch (arm.verdict) {
    case 'held':
      return `a port was still held after it was closed: ${runs}`;
    case 'clean':
      return `the race did not show where it must, so what is clean proves nothing: ${runs}`;
    case 'unknown':
      return `there is doubt, so nothing is proven: ${runs}`;
  }
}

/** The gate has decided: by its baseline, and by the runs that its claim takes. */
function gateResult(
  arm: ArmReport,
  expected: 'clean' | 'held',
  { reasons }: GateReport,
): Pick<ReportTest, 'result' | 'message'> {
  const reason = reasons.find(({ subject }) => subject === subjectId(arm));
  if (reason === undefined) {
    const isKnown = arm.verdict !== expected;
    const message = isKnown ? `${arm.verdict}, as the baseline knows` : messageOf(arm, expected);
    return { result: 'passed', message };
  }
  const isRed = reason.code === 'subject-held' || reason.code === 'known-good-held';
  const message = `${describeReason(reason)}: held in ${runsHeld(arm).sentence}`;
  return { result: isRed ? 'failed' : 'error', message };
}
