/** The lists of a log's text: refused binds, doubts, notes, what is missing and the commands that would tell it. */
import { escapeTerminal } from '../../src/report/escape.ts';
import { excerpt } from '../../src/report/excerpt.ts';
import { formatCount, formatCounted } from '../../src/report/quantity.ts';
import type { Page } from '../../src/report/terminal/page.ts';
import { prose } from '../../src/report/terminal/prose.ts';
import type { LogDocument } from './document.ts';

type Refused = LogDocument['refused'][number];

/** Those that no finding tells already. */
export function refusedSection(document: LogDocument, page: Page): string[] {
  const { refused, refusedOmitted, findings } = document;
  const told = new Set(findings.map(({ atNs, pid }) => `${atNs} ${pid}`));
  const rest = refused.filter(({ atNs, pid }) => !told.has(`${atNs} ${pid}`));
  if (rest.length === 0) return [];
  const shown = page.detail === 'full' ? rest : rest.slice(0, refusedTold);
  const more = rest.length - shown.length + refusedOmitted;
  return [
    page.paint.bold('REFUSED WITH EADDRINUSE'),
    ...shown.flatMap((bind) => item(refusedSentence(bind, document), page)),
    ...moreLine(more),
  ];
}

function refusedSentence(
  { call, network, pid, tid, fd, address, sameAddress }: Refused,
  document: LogDocument,
): string {
  const who =
    tid === null ? '' : ` by thread ${threadName(tid, document)}${pid === null ? '' : ` of process ${pid}`}`;
  const asked = `${call} of fd ${fd}${who}`;
  const what =
    address === null
      ? `${asked} to an address that the log does not tell${network === null ? '' : ` (${network})`}`
      : `${asked} to ${network ?? 'a socket of unknown kind,'} ${excerpt(address)}`;
  if (network !== 'tcp') return `${what}.`;
  return `${what}. ${knownOfTcp(sameAddress)}`;
}

/** As the log itself writes it, so that it can be searched for. */
function threadName(tid: number, { log }: LogDocument): string {
  return log.format === 'dtruss' ? `0x${tid.toString(16)}` : String(tid);
}

function knownOfTcp(sameAddress: Refused['sameAddress']): string {
  if (sameAddress.length === 0) {
    return 'No socket of the log was bound to that port: a connection that is still ending, or somebody outside the log.';
  }
  const bound = sameAddress.map(({ pid, fd, address, close }) => {
    return `fd ${fd} of process ${pid} to ${excerpt(address)} (close ${close})`;
  });
  return `Bound to that port were: ${bound.join(', ')}; which of them was in the way is not concluded.`;
}

export function askedSection({ asked }: LogDocument, page: Page): string[] {
  if (asked.length === 0) return [];
  const shown = page.detail === 'full' ? asked : asked.slice(0, refusedTold);
  return [
    page.paint.bold('BINDS THAT WERE ASKED FOR'),
    ...shown.flatMap(({ fd, port, host, cannotTell }) => {
      const address = port === null ? 'an unknown port' : `port ${port}${hostWords(host)}`;
      return item(`bind of fd ${fd} to ${address}${cannotTell === null ? '' : `: ${cannotTell}`}.`, page);
    }),
    ...moreLine(asked.length - shown.length),
  ];
}

function hostWords(host: readonly number[]): string {
  if (host.length === 0) return '';
  return host.length === 4 ? ` of ${host.join('.')}` : ` of ${host.join('.')}.?`;
}

export function doubtsSection({ doubts, doubtsOmitted }: LogDocument, page: Page): string[] {
  if (doubts.length === 0) return [];
  const texts = countEqual(
    doubts.map(({ run, text, address }) => {
      return `${run === null ? '' : `run ${run}: `}${text}${address === null ? '' : ` (${address})`}`;
    }),
  );
  const shown = page.detail === 'full' ? texts : texts.slice(0, doubtsTold);
  const hidden = texts.slice(shown.length).reduce((sum, [, times]) => sum + times, 0);
  return [
    page.paint.bold(`DOUBTS (${formatCount(doubts.length + doubtsOmitted)})`),
    ...shown.flatMap(([text, times]) =>
      item(times === 1 ? `${text}.` : `${text} (${formatCount(times)} times).`, page),
    ),
    ...moreLine(hidden + doubtsOmitted),
  ];
}

export function notesSection({ notes }: LogDocument, page: Page): string[] {
  if (notes.length === 0) return [];
  const shown = page.detail === 'full' ? notes : notes.slice(0, doubtsTold);
  return [
    page.paint.bold('NOTES'),
    ...shown.flatMap(({ address, text, count }) => {
      return item(
        `${excerpt(address)}: ${text}${count === 1 ? '' : ` (${formatCount(count)} times)`}.`,
        page,
      );
    }),
    ...moreLine(notes.length - shown.length),
  ];
}

export function lacksSection({ lacks }: LogDocument, page: Page): string[] {
  if (lacks.length === 0) return [];
  return [
    page.paint.bold('WHAT THIS LOG DOES NOT TELL'),
    ...lacks.flatMap(({ what, cannot }) => item(`${what}: ${cannot}.`, page)),
  ];
}

/** Commands are never broken into lines, so that they can be copied. */
export function adviceSection({ advice }: LogDocument, page: Page): string[] {
  if (advice.length === 0) return [];
  return [
    page.paint.bold('WHAT WOULD TELL IT'),
    ...advice.flatMap(({ gives, command }) => [
      ...prose(`${gives}:`, { width: page.textWidth, first: '  ' }),
      `    ${escapeTerminal(command)}`,
    ]),
  ];
}

function item(text: string, { textWidth: width }: Page): string[] {
  return prose(excerpt(text, itemLength), { width, first: '  - ', rest: '    ' });
}

function moreLine(more: number): string[] {
  return more > 0 ? [`  and ${formatCounted(more, 'more', 'more')} (--verbose, --json)`] : [];
}

/** Each text once, in the order of its first time. */
function countEqual(texts: readonly string[]): (readonly [text: string, times: number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts];
}

const refusedTold = 5;
const doubtsTold = 8;
const itemLength = 600;
