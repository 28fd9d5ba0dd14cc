/**
 * TAP version 14: the tests of arm-test.ts, each failed one with a YAML block.
 * https://testanything.org/tap-version-14-specification.html
 */
import { armTest, sessionTest, type ReportTest } from './arm-test.ts';
import { escapeJson, escapeTerminal } from './escape.ts';
import type { Renderer } from './renderer.ts';
import type { Report } from './report.ts';
import { cautionTexts, doubtTexts, findingsOf, storyText } from './story-text.ts';

export const tap: Renderer = { name: 'tap', render: renderTap };

function renderTap(report: Report): string {
  const points = [
    { test: sessionTest(report), details: [...cautionTexts(report), ...doubtTexts(report)] },
    ...report.arms.flatMap((arm) => {
      const test = armTest(arm, report);
      return test === null ? [] : [{ test, details: findingsOf(report, arm).flatMap(storyText) }];
    }),
  ];
  const lines = points.flatMap(({ test, details }, index) => pointLines(index + 1, test, details));
  return ['TAP version 14', `1..${points.length}`, ...lines, ''].join('\n');
}

/** @param details escaped for a terminal */
function pointLines(
  number: number,
  { name, result, message }: ReportTest,
  details: readonly string[],
): string[] {
  const description = escapeDescription(escapeTerminal(name));
  if (result === 'passed') return [`ok ${number} - ${description}`];
  return [
    `not ok ${number} - ${description}`,
    '  ---',
    `  message: ${yamlText(escapeTerminal(message))}`,
    `  severity: ${result === 'failed' ? 'fail' : 'error'}`,
    ...(details.length === 0 ? [] : ['  details:', ...details.map((line) => `    - ${yamlText(line)}`)]),
    '  ...',
  ];
}

/** `#` begins a directive: `# SKIP` would make a failure pass. */
function escapeDescription(text: string): string {
  return text.replace(/[\\#]/g, (character) => `\\${character}`);
}

/** A JSON string is a YAML one. */
function yamlText(text: string): string {
  return escapeJson(JSON.stringify(text));
}
