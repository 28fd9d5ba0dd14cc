/**
 * Workflow commands of GitHub Actions: each line becomes an annotation. What is proven wrong or not proven is an
 * error, since the step fails for it; doubts and cautions are warnings. GitHub shows the first ten of each kind for a step.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
import { armTest, sessionTest } from './arm-test.ts';
import { escapeTerminal } from './escape.ts';
import type { Renderer } from './renderer.ts';
import type { Report } from './report.ts';
import { cautionTexts, doubtTexts, findingsOf, storyText } from './story-text.ts';

export const github: Renderer = { name: 'github', render: renderGithub };

const warningsTold = 10;

function renderGithub(report: Report): string {
  const { message, result } = sessionTest(report);
  // What is not proven yet is no error of a step that did its part.
  if (report.shard !== null && report.exitCode === 0) {
    return annotation('notice', 'afterclose', [escapeTerminal(message)]);
  }
  const arms = report.arms.flatMap((arm) => {
    const test = armTest(arm, report);
    if (test === null || test.result === 'passed') return [];
    const [finding] = findingsOf(report, arm);
    const story = test.result === 'failed' && finding !== undefined ? storyText(finding) : [];
    return [annotation('error', `afterclose: ${test.name}`, [escapeTerminal(test.message), ...story])];
  });
  return [
    annotation(result === 'passed' ? 'notice' : 'error', 'afterclose', [escapeTerminal(message)]),
    ...arms,
    ...[...doubtTexts(report), ...cautionTexts(report)]
      .slice(0, warningsTold)
      .map((text) => annotation('warning', 'afterclose', [text])),
  ].join('');
}

/** @param lines escaped for a terminal */
function annotation(kind: 'error' | 'warning' | 'notice', title: string, lines: readonly string[]): string {
  return `::${kind} title=${property(escapeTerminal(title))}::${data(lines.join('\n'))}\n`;
}

/** As the runner's own toolkit escapes what follows the second `::`. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
