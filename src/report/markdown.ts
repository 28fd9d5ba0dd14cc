/** The report in GitHub Flavored Markdown: for a pull request, a job summary, a wiki. */
import { escapeMarkdown, escapeTerminal } from './escape.ts';
import { namesOfIds } from './arm-name.ts';
import { comparisonTexts } from './comparison-words.ts';
import { describeGateFinding } from './gate-words.ts';
import { headline } from './headline.ts';
import { formatCount, formatCounted } from './quantity.ts';
import type { RenderOptions, Renderer } from './renderer.ts';
import type { Report } from './report.ts';
import { describeCaution } from './statistics-words.ts';
import { doubtTexts, storyText } from './story-text.ts';
import { armCells, type ArmCells } from './terminal/arm-cells.ts';

export const markdown: Renderer = { name: 'markdown', render: renderMarkdown };

function renderMarkdown(report: Report, { detail }: RenderOptions): string {
  const blocks = [
    ...headBlocks(report),
    ...gateBlocks(report),
    ...armBlocks(report),
    ...comparisonBlocks(report),
    ...findingBlocks(report, detail),
    ...doubtBlocks(report),
    ...cautionBlocks(report),
    sessionBlock(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headBlocks(report: Report): string[] {
  const { marker, verdict, sentences } = headline(report);
  return [
    `## afterclose: ${marker}`,
    `${plain(sentence(verdict))} Exit code ${report.exitCode}.`,
    ...(sentences.length === 0 ? [] : [listOf(sentences)]),
  ];
}

const columns: readonly {
  readonly head: string;
  readonly align: ':--' | '--:';
  readonly text: (cells: ArmCells) => string;
}[] = [
  { head: 'verdict', align: ':--', text: ({ verdict, expected }) => `${verdict}, ${expected}` },
  { head: 'variant', align: ':--', text: ({ variant }) => variant },
  { head: 'toolchain', align: ':--', text: ({ toolchain }) => toolchain },
  { head: 'tracer', align: ':--', text: ({ tracer }) => tracer },
  { head: 'runs held', align: ':--', text: ({ runsHeld }) => runsHeld },
  { head: '95 % per run', align: ':--', text: ({ perRun }) => perRun },
  { head: 'cycles', align: '--:', text: ({ cycles }) => cycles },
  { head: 'binds', align: '--:', text: ({ binds }) => binds },
  { head: 'EADDRINUSE', align: '--:', text: ({ addressInUse }) => addressInUse },
  { head: 'lingering', align: '--:', text: ({ lingering }) => lingering },
  { head: 'longest', align: '--:', text: ({ longestLinger }) => longestLinger },
  { head: 'deferred closes', align: '--:', text: ({ deferredCloses }) => deferredCloses },
];

function armBlocks({ arms }: Report): string[] {
  if (arms.length === 0) return [];
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const lines = [
    row(columns.map(({ head }) => head)),
    row(columns.map(({ align }) => align)),
    ...arms.map((arm) => {
      const cells = armCells(arm);
      return row(columns.map(({ text }) => plain(text(cells) || '(empty)')));
    }),
  ];
  return ['### Arms', lines.join('\n')];
}

function findingBlocks({ findings, findingsOmitted }: Report, detail: RenderOptions['detail']): string[] {
  if (findings.length === 0) return [];
  const told = detail === 'full' ? findings : findings.slice(0, 1);
  const all = findings.length + findingsOmitted;
  return [
    '### Findings',
    ...told.map((finding) => codeBlock(storyText(finding))),
    ...(all > told.length
      ? [`${formatCount(told.length)} of ${formatCounted(all, 'finding')} told here.`]
      : []),
  ];
}

function gateBlocks({ gate, question }: Report): string[] {
  if (gate === null || question.kind !== 'gate' || gate.findings.length === 0) return [];
  return ['### Gate', listOf(gate.findings.map(describeGateFinding))];
}

function comparisonBlocks(report: Report): string[] {
  const compared = comparisonTexts(report);
  if (compared === null) return [];
  return ['### Comparison', plain(`Compared with ${compared.reference}:`), listOf(compared.texts)];
}

function cautionBlocks(report: Report): string[] {
  if (report.cautions.length === 0) return [];
  const nameOf = namesOfIds(report);
  return ['### Cautions', listOf(report.cautions.map((caution) => describeCaution(caution, nameOf)))];
}

/** @param texts not escaped, not empty */
function listOf(texts: readonly string[]): string {
  return texts.map((text) => `- ${plain(text)}`).join('\n');
}

function doubtBlocks(report: Report): string[] {
  const texts = doubtTexts(report);
  return texts.length === 0
    ? []
    : ['### Doubts', texts.map((text) => `- ${escapeMarkdown(text)}`).join('\n')];
}

function sessionBlock({ session, seed, command }: Report): string {
  return `Session ${code(session)}, seed ${code(seed)}, made by ${code(command)}.`;
}

/** A fence longer than any run of backticks in it; the text in it is only text. */
function codeBlock(lines: readonly string[]): string {
  const fence = fenceFor(lines.join('\n'), 3);
  return [`${fence}text`, ...lines, fence].join('\n');
}

/** CommonMark takes one space off each end where both have one. */
function code(text: string): string {
  const shown = escapeTerminal(text) || '(empty)';
  const fence = fenceFor(shown, 1);
  return /^[` ]|[` ]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(Math.max(least, longest + 1));
}

function plain(text: string): string {
  return escapeMarkdown(escapeTerminal(text));
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
