/** A finding as plain lines, for formats that take a block of text. Escaped for a terminal, not for the format. */
import { namesOfIds } from './arm-name.ts';
import { escapeTerminal } from './escape.ts';
import { excerpt } from './excerpt.ts';
import { formatCounted, formatDuration } from './quantity.ts';
import type { FindingReport, Report } from './report.ts';
import { describeCaution } from './statistics-words.ts';
import { tellStory } from './story.ts';

/** Title, place, holders, cause, and what happened in the order of time; no line is empty. */
export function storyText(finding: FindingReport): readonly string[] {
  const story = tellStory(finding);
  const times = story.lines.map(({ sinceStartNs }) => `+${formatDuration(sinceStartNs)}`);
  const widest = Math.max(0, ...times.map((time) => time.length));
  return [
    `${finding.code}: ${story.title}`,
    `in ${story.where}`,
    ...story.holders.map((holder) => `holder: ${holder}`),
    story.cause,
    ...(story.reservation === null ? [] : [story.reservation]),
    ...story.lines.map(({ tid, pid, role, text }, index) => {
      const who = tid === null ? `process ${pid}` : `thread ${tid}`;
      return `${role === 'judged' ? '!' : ' '} ${(times[index] ?? '').padStart(widest)}  ${who}  ${text}`;
    }),
  ].map(escapeTerminal);
}

/** `doubt: unparsed, run 0003: a line was not understood` */
export function doubtTexts({ doubts, doubtsOmitted }: Report): readonly string[] {
  return [
    ...doubts.map(({ code, run, text }) => {
      const where = run === null ? 'the whole session' : `run ${excerpt(run)}`;
      return escapeTerminal(`doubt: ${excerpt(code)}, ${where}: ${excerpt(text, doubtLength)}`);
    }),
    ...(doubtsOmitted === 0 ? [] : [`and ${formatCounted(doubtsOmitted, 'more doubt')}`]),
  ];
}

const doubtLength = 300;

/** `caution: ...` */
export function cautionTexts(report: Report): readonly string[] {
  const nameOf = namesOfIds(report);
  return report.cautions.map((caution) => escapeTerminal(`caution: ${describeCaution(caution, nameOf)}`));
}

/** Those of one arm. */
export function findingsOf(
  { findings }: Report,
  arm: Pick<FindingReport, 'variant' | 'toolchain' | 'tracer'>,
): readonly FindingReport[] {
  return findings.filter(
    ({ variant, toolchain, tracer }) =>
      variant === arm.variant && toolchain === arm.toolchain && tracer === arm.tracer,
  );
}
