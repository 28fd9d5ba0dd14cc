/**
 * JUnit XML in the dialect that Jenkins published and GitLab, CircleCI and the others read. A suite for the session
 * and one for each arm; a suite has a test where something is expected (arm-test.ts). Held where it must be clean
 * is a failure; whatever is not proven is an error, never passed and never skipped.
 */
import { armTest, armTitle, sessionTest, type ReportTest } from './arm-test.ts';
import { escapeTerminal, escapeXml } from './escape.ts';
import { headline } from './headline.ts';
import type { Renderer } from './renderer.ts';
import type { ArmReport, Report } from './report.ts';
import { cautionTexts, doubtTexts, findingsOf, storyText } from './story-text.ts';

export const junit: Renderer = { name: 'junit', render: renderJunit };

function renderJunit(report: Report): string {
  const suites = [sessionSuite(report), ...report.arms.map((arm) => armSuite(arm, report))];
  const tests = suites.flatMap((suite) => suite.tests.map(({ test }) => test));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'afterclose', ...countsOf(tests) })}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly name: string;
  /** Only those that are one plain value are told. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly tests: readonly { readonly test: ReportTest; readonly details: readonly string[] }[];
}

function sessionSuite(report: Report): Suite {
  const { command, session, seed, tracer, tracerRequested, outcome, exitCode } = report;
  const details = [
    ...headline(report).sentences.map(escapeTerminal),
    ...cautionTexts(report),
    ...doubtTexts(report),
  ];
  return {
    name: 'session',
    properties: { command, session, seed, tracer, tracerRequested, outcome, exitCode },
    tests: [{ test: sessionTest(report), details }],
  };
}

function armSuite(arm: ArmReport, report: Report): Suite {
  const test = armTest(arm, report);
  const details = findingsOf(report, arm).flatMap((finding) => [...storyText(finding), '']);
  return { name: armTitle(arm), properties: arm, tests: test === null ? [] : [{ test, details }] };
}

function suiteLines({ name, properties, tests }: Suite): string[] {
  const told = Object.entries(properties).filter(([, value]) => ['string', 'number'].includes(typeof value));
  return [
    `  <testsuite${attributes({ name, ...countsOf(tests.map(({ test }) => test)), skipped: 0 })}>`,
    '    <properties>',
    ...told.map(([key, value]) => `      <property${attributes({ name: key, value: String(value) })}/>`),
    '    </properties>',
    ...tests.flatMap(({ test, details }) => caseLines(name, test, details)),
    '  </testsuite>',
  ];
}

function caseLines(
  suite: string,
  { name, result, message }: ReportTest,
  details: readonly string[],
): string[] {
  const start = `    <testcase${attributes({ name, classname: suite })}`;
  if (result === 'passed') return [`${start}/>`];
  const element = result === 'failed' ? 'failure' : 'error';
  const type = result === 'failed' ? 'held' : 'not-proven';
  return [
    `${start}>`,
    `      <${element}${attributes({ message, type })}>${details.map(escapeXml).join('\n')}</${element}>`,
    '    </testcase>',
  ];
}

function countsOf(tests: readonly ReportTest[]): { tests: number; failures: number; errors: number } {
  const count = (wanted: ReportTest['result']) => tests.filter(({ result }) => result === wanted).length;
  return { tests: tests.length, failures: count('failed'), errors: count('error') };
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(escapeTerminal(String(value)))}"`)
    .join('');
}
