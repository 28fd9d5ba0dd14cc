/**
 * What test formats (JUnit, TAP) and annotations make of a report: one test for the session and one for each arm
 * of which something is expected. A test passes only where the exit code would be 0 for it, and is never skipped:
 * doubt is an error. An arm that must be held passes when it is held.
 */
import { untraced } from '../experiment/plan.ts';
import { excerpt } from './excerpt.ts';
import { armName, headline } from './headline.ts';
import type { ArmReport, Report } from './report.ts';
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
export function armTest(arm: ArmReport): ReportTest | null {
  if (arm.expected === null) return null;
  return {
    name: `${armName(arm)} must be ${arm.expected}, ${watch(arm)}`,
    result: resultOf(arm, arm.expected),
    message: messageOf(arm, arm.expected),
  };
}

/** `unfixed on go1.9.7, watched by dtrace` */
export function armTitle(arm: ArmReport): string {
  return `${armName(arm)}, ${watch(arm)}`;
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
