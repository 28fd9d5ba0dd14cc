/** Where it is kept, how to check it again, and what the exit code says. */
import { untraced } from '../../experiment/plan.ts';
import { escapeTerminal } from '../escape.ts';
import { excerpt } from '../excerpt.ts';
import { signalName } from '../headline.ts';
import type { Report } from '../report.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function closingSection(report: Report, page: Page): string[] {
  const { paint, textWidth: width } = page;
  const made = `${excerpt(report.session)}, made by ${excerpt(report.command)} with ${tracerWords(report)}, seed ${excerpt(report.seed)}`;
  return [
    paint.bold('SESSION'),
    ...prose(made, { width, first: '  ', rest: '    ' }),
    ...storedLines(page),
    '',
    ...exitCodeLines(report, page),
  ];
}

function tracerWords({ tracer, tracerRequested, arms }: Report): string {
  const several = [...new Set(arms.map((arm) => arm.tracer))].filter((name) => name !== untraced);
  if (several.length > 1) return `tracers ${several.map((name) => excerpt(name)).join(' and ')}`;
  const words = `tracer ${excerpt(tracer)}`;
  return tracerRequested === null || tracerRequested === tracer
    ? words
    : `${words} (asked for: ${excerpt(tracerRequested)})`;
}

/** Never broken into lines, so that they can be copied. */
function storedLines({ sessionPath }: Page): string[] {
  if (sessionPath === null) return [];
  const shown = escapeTerminal(sessionPath);
  const isPlain = shown === sessionPath;
  return [
    `  stored in       ${shown}`,
    `  check it again  afterclose check ${isPlain ? shellWord(sessionPath) : '<that directory>'}`,
  ];
}

/** POSIX shell quoting: nothing is special between single quotes. */
function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const part = 'this shard did its part; that is no answer yet.';

function exitCodeLines(report: Report, { paint, textWidth: width }: Page): string[] {
  const { exitCode, outcome, shard } = report;
  const meaning = {
    'as-expected': 'everything came out as expected.',
    unexpected: 'a port was held in an arm that must be clean.',
    failed: 'the environment failed before anything was traced.',
    inconclusive: 'inconclusive: this proves neither that the port is held nor that it is not.',
    interrupted: `ended by ${signalName(report)}.`,
  }[outcome];
  const isPart = shard !== null && outcome === 'inconclusive' && exitCode === 0;
  const color = { 0: paint.green, 1: paint.red }[exitCode] ?? paint.yellow;
  return prose(`EXIT CODE ${exitCode}: ${isPart ? part : meaning}`, { width, rest: '  ' }).map(color);
}
