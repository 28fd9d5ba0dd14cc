/** Doubts and notes, the same text once: grouped by code, with the runs that they concern. */
import { excerpt } from '../excerpt.ts';
import { formatCount, formatCounted } from '../quantity.ts';
import type { Report } from '../report.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function doubtsSection(report: Report, page: Page): string[] {
  const { doubts, doubtsOmitted } = report;
  const all = doubts.length + doubtsOmitted;
  if (all === 0) return [page.paint.bold('DOUBTS'), '  none'];
  const omitted =
    doubtsOmitted === 0
      ? []
      : [`  and ${formatCounted(doubtsOmitted, 'more doubt')} that the report only counts.`];
  return [page.paint.bold(`DOUBTS (${formatCount(all)})`), ...groups(doubts, page), ...omitted];
}

/** Things worth knowing that move no verdict. */
export function notesSection({ notes }: Report, page: Page): string[] {
  return notes.length === 0
    ? []
    : [page.paint.bold(`NOTES (${formatCount(timesOf(notes))})`), ...groups(notes, page)];
}

interface Entry {
  readonly code: string;
  /** Null: every run of the session. */
  readonly run: string | null;
  readonly address: string | null;
  readonly text: string;
  /** How often; a doubt is one. */
  readonly count?: number;
}

const textsTold = 3;
const textLength = 300;

function groups(entries: readonly Entry[], page: Page): string[] {
  return [...groupBy(entries, (entry) => entry.code)].flatMap(([code, ofCode]) => {
    const texts = [...groupBy(ofCode, (entry) => `${entry.text}\0${entry.address ?? ''}`).values()];
    const told = page.detail === 'full' ? texts : texts.slice(0, textsTold);
    const more = timesOf(texts.slice(told.length).flat());
    const heading = `${excerpt(code)}, ${formatCounted(timesOf(ofCode), 'time')}`;
    return [
      ...prose(heading, { width: page.textWidth, first: '  ' }).map(page.paint.yellow),
      ...told.flatMap((same) => entryLines(same, page)),
      ...(more > 0 ? [`    and ${formatCount(more)} more like it`] : []),
    ];
  });
}

function timesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { count = 1 }) => sum + count, 0);
}

function entryLines(same: readonly Entry[], { textWidth: width }: Page): string[] {
  const [entry] = same;
  if (entry === undefined) return [];
  const address = entry.address === null ? '' : ` (${excerpt(entry.address)})`;
  const text = `${runsOf(same)}${address}: ${excerpt(entry.text, textLength)}`;
  return prose(text, { width, first: '    ', rest: '      ' });
}

const runsNamed = 5;

function runsOf(same: readonly Entry[]): string {
  const runs = [...new Set(same.map((entry) => entry.run))];
  if (runs.includes(null)) return 'the whole session';
  const named = runs.slice(0, runsNamed).map((run) => excerpt(run ?? ''));
  const more = runs.length - named.length;
  return `${runs.length === 1 ? 'run' : 'runs'} ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = found.get(key);
    if (group === undefined) found.set(key, [value]);
    else group.push(value);
  }
  return found;
}
