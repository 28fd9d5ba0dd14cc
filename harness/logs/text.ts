/** The document of a log for a person at a terminal: the answer first, then the proof, then what is missing. */
import { escapeTerminal } from '../../src/report/escape.ts';
import { excerpt } from '../../src/report/excerpt.ts';
import { formatCount, formatCounted } from '../../src/report/quantity.ts';
import type { RenderOptions } from '../../src/report/renderer.ts';
import { tellStory } from '../../src/report/story.ts';
import { pageOf, type Page } from '../../src/report/terminal/page.ts';
import { prose } from '../../src/report/terminal/prose.ts';
import { storyLines } from '../../src/report/terminal/story-section.ts';
import type { LogDocument, LogFinding } from './document.ts';
import { tellStoryByOrder } from './order-story.ts';
import {
  adviceSection,
  askedSection,
  doubtsSection,
  lacksSection,
  notesSection,
  refusedSection,
} from './text-sections.ts';

/** Pure and total; everything from the log is escaped. */
export function renderLogText(document: LogDocument, options: Omit<RenderOptions, 'sessionPath'>): string {
  const page = pageOf({ ...options, sessionPath: null });
  const sections = [
    headlineSection(document, page),
    storySection(document, page),
    refusedSection(document, page),
    askedSection(document, page),
    doubtsSection(document, page),
    notesSection(document, page),
    lacksSection(document, page),
    adviceSection(document, page),
    exitCodeSection(document, page),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function headlineSection(document: LogDocument, { paint, textWidth: width }: Page): string[] {
  const color = { clean: paint.green, held: paint.red, unknown: paint.yellow }[document.verdict];
  const headline = `${document.verdict.toUpperCase()}: ${answerOf(document)}`;
  return [
    ...prose(headline, { width, rest: '  ' }).map((line) => color(paint.bold(line))),
    ...contentSentences(document).flatMap((sentence) =>
      prose(sentence, { width, first: '  ', rest: '    ' }),
    ),
  ];
}

function answerOf({ verdict, log, findings, asked, refused, refusedOmitted }: LogDocument): string {
  const name = nameOf(log);
  const refusals = refused.length + refusedOmitted;
  switch (verdict) {
    case 'held':
      return findings.some(({ code, certain }) => code === 'conflict' && certain)
        ? `in ${name} an address was asked for while the program itself still held it.`
        : `in ${name} a socket outlived the moment from which its address was taken as free.`;
    case 'unknown':
      if (refusals > 0) {
        const how = findings.length > 0 ? 'for certain' : 'at all';
        return `${formatCounted(refusals, 'bind')} in ${name} ${refusals === 1 ? 'was' : 'were'} refused with EADDRINUSE, and the log does not tell ${how} who held the address.`;
      }
      return asked.length > 0
        ? `${name} tells which addresses were asked for, and not what became of it.`
        : `${name} does not tell whether a socket was held past its close.`;
    case 'clean':
      return `in ${name} no socket was held past its close.`;
  }
}

function nameOf({ names }: LogDocument['log']): string {
  const [first = 'the log'] = names;
  const more = names.length - 1;
  return more === 0 ? excerpt(first) : `${excerpt(first)} and ${formatCounted(more, 'more file')}`;
}

function contentSentences({ log, content, verdict, findings, notes, asked }: LogDocument): string[] {
  const { processes, threads, binds, addressInUse, runs } = content;
  const parts = [
    ...(runs > 1 ? [formatCounted(runs, 'run')] : []),
    ...(threads === null || asked.length > 0 ? [] : [formatCounted(threads, 'thread')]),
    ...(processes === null ? [] : [formatCounted(processes, 'process', 'processes')]),
    ...(binds === null ? [] : [formatCounted(binds, 'bind')]),
    ...(addressInUse === null ? [] : [`${formatCount(addressInUse)} of them refused with EADDRINUSE`]),
    ...(asked.length === 0 ? [] : [formatCounted(asked.length, 'bind')]),
  ];
  const read = `Read as ${[excerpt(log.style, 160), ...parts].join(', ')}.`;
  const unnumbered = findings.some(({ pid, holders }) =>
    [pid, ...holders.map((each) => each.pid)].includes(0),
  );
  if (unnumbered) return [read, 'Lines of the first thread carry no number in it: it is called 0 here.'];
  if (verdict !== 'clean') return [read];
  const accepted = notes.some(({ code }) => code === 'in-use-by-own-open-socket');
  const caution = accepted ? 'What was accepted is in the notes. ' : '';
  return [read, `${caution}A log is one run, and tracers move races: a clean one proves no clean program.`];
}

function storySection({ findings, findingsOmitted, log }: LogDocument, page: Page): string[] {
  const [first, ...others] = [...findings].sort((a, b) => rankOf(b) - rankOf(a));
  if (first === undefined) return [];
  const told = page.detail === 'full' ? [first, ...others] : [first];
  const left = findings.length + findingsOmitted - told.length;
  return [
    ...told.flatMap((finding, index) => [
      ...(index === 0 ? [] : ['']),
      page.paint.bold(headingOf(finding, index)),
      ...tell(finding, log.times, page),
    ]),
    ...(left === 0
      ? []
      : ['', page.paint.dim(`  and ${formatCounted(left, 'more finding')} (--verbose, --json)`)]),
  ];
}

function headingOf({ code, run, cycle }: LogFinding, index: number): string {
  const where = [
    ...(run === null ? [] : [`run ${excerpt(run)}`]),
    ...(cycle === null ? [] : [`cycle ${cycle}`]),
  ];
  const heading = `${index === 0 ? 'THE FIRST ' : ''}${code.toUpperCase()}`;
  return where.length === 0 ? heading : escapeTerminal(`${heading}: ${where.join(', ')}`);
}

function rankOf({ code, certain }: LogFinding): number {
  return Number(certain) * 2 + Number(code === 'conflict');
}

function tell(finding: LogFinding, times: LogDocument['log']['times'], page: Page): string[] {
  const whole = { ...finding, variant: '', toolchain: null, tracer: '', run: finding.run ?? '' };
  if (times === 'clock') return storyLines(tellStory(whole), page);
  return storyLines(tellStoryByOrder(whole), page, (_line, index) => `${index + 1}.`);
}

function exitCodeSection({ exitCode, verdict }: LogDocument, { paint }: Page): string[] {
  const meaning = {
    clean: 'clean.',
    held: 'held.',
    unknown: 'unknown: this log proves neither that a port was held nor that none was.',
  }[verdict];
  const color = { clean: paint.green, held: paint.red, unknown: paint.yellow }[verdict];
  return [color(`EXIT CODE ${exitCode}: ${meaning}`)];
}
