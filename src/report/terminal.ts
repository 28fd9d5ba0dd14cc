/** The report for a person at a terminal, or in a log: sections from the answer down to the details. */
import { headline } from './headline.ts';
import type { RenderOptions, Renderer } from './renderer.ts';
import type { Report } from './report.ts';
import { armsTable } from './terminal/arms-table.ts';
import { gateSection } from './terminal/gate-section.ts';
import { closingSection } from './terminal/closing-section.ts';
import { cautionsSection, comparisonSection, durationsSection } from './terminal/comparison-section.ts';
import { doubtsSection, notesSection } from './terminal/doubts-section.ts';
import { effectSection } from './terminal/effect-section.ts';
import { pageOf, type Page } from './terminal/page.ts';
import { prose } from './terminal/prose.ts';
import { storySection } from './terminal/story-section.ts';

export const terminal: Renderer = { name: 'terminal', render: renderTerminal };

function renderTerminal(report: Report, options: RenderOptions): string {
  const page = pageOf(options);
  const sections = [
    headlineSection(report, page),
    gateSection(report, page),
    armsTable(report, page),
    comparisonSection(report, page),
    durationsSection(report, page),
    storySection(report, page),
    doubtsSection(report, page),
    notesSection(report, page),
    effectSection(report, page),
    cautionsSection(report, page),
    closingSection(report, page),
  ];
  const lines = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${lines.join('\n\n')}\n`;
}

function headlineSection(report: Report, { paint, textWidth: width }: Page): string[] {
  const { marker, verdict, sentences } = headline(report);
  const color =
    { 'as-expected': paint.green, unexpected: paint.red }[report.outcome as string] ?? paint.yellow;
  return [
    ...prose(`${marker}: ${verdict}`, { width, rest: '  ' }).map((line) => color(paint.bold(line))),
    ...sentences.flatMap((sentence) => prose(sentence, { width, first: '  ', rest: '    ' })),
  ];
}
