/** The example in README.md: what the terminal renderer makes of the report kept in docs/example. */
import { renderers } from '../src/report/index.ts';
import type { Report } from '../src/report/report.ts';
import { replaceMarkedPart } from './marked-part.ts';

/** The session's folder would be another on every machine; this is the default place. */
export function renderExample(report: Report): string {
  return renderers.terminal.render(report, {
    width: 100,
    color: false,
    sessionPath: `.afterclose/sessions/${report.session}`,
    detail: 'brief',
  });
}

/** @throws where the marks are missing */
export function replaceExample(readme: string, example: string): string {
  return replaceMarkedPart(readme, 'output', `\`\`\`\n${example.trimEnd()}\n\`\`\``);
}
