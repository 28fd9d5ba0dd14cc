/** The finding that says most, told in time order; with full detail, every finding that the report has. */
import { armId } from '../../experiment/arm.ts';
import { untraced } from '../../experiment/plan.ts';
import { formatCount, formatCounted, formatDuration } from '../quantity.ts';
import type { FindingReport, Report } from '../report.ts';
import { tellStory, type Story, type StoryLine } from '../story.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function storySection(report: Report, page: Page): string[] {
  const first = firstToTell(report);
  if (first === undefined) return noFinding(report, page);
  const others = page.detail === 'full' ? report.findings.filter((finding) => finding !== first) : [];
  return [
    ...tell(first, `THE FIRST ${first.code.toUpperCase()}`, page),
    ...others.flatMap((finding) => ['', ...tell(finding, finding.code.toUpperCase(), page)]),
    ...rest(report, 1 + others.length, page),
  ];
}

/** What broke the expectation goes first, else the first conflict; a certain one before one that is not. */
function firstToTell({ findings, arms }: Report): FindingReport | undefined {
  const mustBeClean = (finding: FindingReport) =>
    arms.some((arm) => arm.expected === 'clean' && arm.id === armId(finding));
  const rank = (finding: FindingReport) =>
    Number(finding.certain && mustBeClean(finding)) * 4 +
    Number(finding.code === 'conflict') * 2 +
    Number(finding.certain);
  return [...findings].sort((a, b) => rank(b) - rank(a))[0];
}

function noFinding({ arms }: Report, { paint, textWidth }: Page): string[] {
  const text = arms.some((arm) => arm.tracer !== untraced)
    ? 'None: no conflict, no linger and no leak in what was traced.'
    : 'None can be: nothing was traced.';
  return [paint.bold('FINDINGS'), ...prose(text, { width: textWidth, first: '  ' })];
}

function tell(finding: FindingReport, heading: string, page: Page): string[] {
  const story = tellStory(finding);
  const [title = '', ...titleRest] = prose(`${heading}: ${story.where}`, {
    width: page.textWidth,
    rest: '  ',
  });
  return [...[title, ...titleRest].map(page.paint.bold), ...storyLines(story, page)];
}

/** The story without a heading. @param timeOf what stands before each line of the timeline */
export function storyLines(story: Story, page: Page, timeOf: TimeOf = sinceStart): string[] {
  const { paint, textWidth: width } = page;
  return [
    ...prose(`${story.title}.`, { width, first: '  ' }),
    ...holderLines(story, page).map(paint.red),
    ...prose(story.cause, { width, first: '  ' }),
    ...(story.reservation === null ? [] : prose(story.reservation, { width, first: '  ' }).map(paint.yellow)),
    '',
    ...timeline(story, page, timeOf),
  ];
}

export type TimeOf = (line: StoryLine, index: number) => string;

const sinceStart: TimeOf = (line) => `+${formatDuration(line.sinceStartNs)}`;

const holdersTold = 5;

function holderLines({ holders }: Story, { textWidth: width }: Page): string[] {
  const more = holders.length - holdersTold;
  return [
    ...holders
      .slice(0, holdersTold)
      .flatMap((holder) => prose(`Holder: ${holder}.`, { width, first: '  ', rest: '    ' })),
    ...(more > 0 ? [`  and ${formatCounted(more, 'more reference')}.`] : []),
  ];
}

const linesTold = 40;

/** When, `!` at the moment judged, who, what. */
function timeline({ lines }: Story, { textWidth: width, paint }: Page, timeOf: TimeOf): string[] {
  const told = lines.slice(0, linesTold);
  const times = told.map(timeOf);
  const names = told.map((line) => nameOf(line, lines));
  const [timeWidth, nameWidth] = [longest(times), longest(names)];
  return [
    ...told.flatMap((line, index) => {
      const judged = line.role === 'judged';
      const before = `${judged ? '!' : ' '} ${(times[index] ?? '').padStart(timeWidth)}  `;
      const first = before + (names[index] ?? '').padEnd(nameWidth + 2);
      const shape = { width, first, rest: ' '.repeat(first.length) };
      return prose(line.text, shape).map(judged ? paint.red : String);
    }),
    ...(lines.length > linesTold ? [`  and ${formatCounted(lines.length - linesTold, 'more event')}.`] : []),
  ];
}

/** The process is named only where the story has more than one. */
function nameOf({ pid, tid }: StoryLine, lines: readonly StoryLine[]): string {
  const isOneProcess = lines.every((line) => line.pid === pid);
  if (isOneProcess) return tid === null ? '' : `thread ${tid}`;
  return tid === null ? `process ${pid}` : `process ${pid} thread ${tid}`;
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

function rest({ findings, findingsOmitted }: Report, told: number, { textWidth, paint }: Page): string[] {
  const kept = findings.length;
  const all = kept + findingsOmitted;
  if (all === told) return [];
  const are = told === 1 ? 'is' : 'are';
  const text = `${formatCount(told)} of ${formatCounted(all, 'finding')} ${are} told here; the JSON document keeps ${formatCount(kept)} in full and counts the others.`;
  return ['', ...prose(text, { width: textWidth, first: '  ' }).map(paint.dim)];
}
