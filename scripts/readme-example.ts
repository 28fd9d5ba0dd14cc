/** The example in README.md: what the terminal renderer makes of the report kept in docs/example. */
import { renderers } from '../src/report/index.ts';
import type { Report } from '../src/report/report.ts';

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
  const [begin, end] = marksOf(readme);
  return `${readme.slice(0, begin)}\n\n\`\`\`\n${example.trimEnd()}\n\`\`\`\n\n${readme.slice(end)}`;
}

function marksOf(readme: string): [number, number] {
  const begin = /<!-- output: [^>]*-->/.exec(readme);
  const end = readme.indexOf('<!-- end of output -->');
  if (begin === null || end < begin.index) throw new Error('README.md has no marks around its example');
  return [begin.index + begin[0].length, end];
}
