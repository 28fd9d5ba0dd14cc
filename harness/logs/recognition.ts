/** What a file is, told by its first bytes alone. Pure. */
import { readHead } from '../tracers/strace/line.ts';
import { readDtrussHeader, readDtrussLine } from './dtruss/line.ts';

export const logFormats = ['strace', 'dtruss', 'dtrace', 'bind-hexdump'] as const;
export type LogFormat = (typeof logFormats)[number];

export type Recognition =
  | { readonly known: true; readonly format: LogFormat }
  /** `seen`: `an ELF binary`, to be read after "it is". `remedy`: a way out of its own, where there is one. */
  | { readonly known: false; readonly seen: string; readonly remedy: string | null };

/** @param head the beginning of the file, unpacked; the longer the surer */
export function recognize(head: Uint8Array): Recognition {
  const foreign = recognizeBytes(head);
  if (foreign !== null) return foreign;
  const lines = completeLines(latin1.decode(head));
  const first = lines[0] ?? '';
  if (/^@BEGIN \d/.test(first)) return { known: true, format: 'dtrace' };
  if (lines.some((line) => readDtrussHeader(line) !== null)) return { known: true, format: 'dtruss' };
  if (lines.some(isHexDumpRecord)) return { known: true, format: 'bind-hexdump' };
  const dtruss = lines.filter((line) => readDtrussLine(line) !== null).length;
  const strace = lines.filter(isStraceLine).length;
  if (isEnough(dtruss, lines.length) && dtruss >= strace) return { known: true, format: 'dtruss' };
  if (isEnough(strace, lines.length)) return { known: true, format: 'strace' };
  return { known: false, ...describeText(lines, first) };
}

/** The program's own output may stand between the lines of its tracer. */
function isEnough(fitting: number, all: number): boolean {
  return fitting >= 5 || fitting * 3 >= Math.max(all, 1);
}

function completeLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  // The last one is cut where the head ends, unless it is the only one.
  if (lines.length > 1) lines.pop();
  return lines.filter((line) => line.trim() !== '').slice(0, linesLookedAt);
}

function isStraceLine(line: string): boolean {
  return straceBody.test(line.slice(readHead(line).end, longestLookedAt));
}

function isHexDumpRecord(line: string): boolean {
  return /^\s*\d{1,6}\s+\d{1,9}\s+bind:entry\s+\d{1,9}\s*$/.test(line);
}

function recognizeBytes(head: Uint8Array): Recognition | null {
  if (head.length === 0) return unknown('empty', null);
  const start = Buffer.from(head.subarray(0, 8)).toString('hex');
  const packer = packers.find(([magic]) => start.startsWith(magic));
  if (packer !== undefined) {
    const [, what, unpack] = packer;
    return unknown(what, `unpack it first: ${unpack} FILE | afterclose check -`);
  }
  if (start.startsWith('7f454c46')) return unknown('an ELF binary', null);
  if (start.startsWith('fffe') || start.startsWith('feff')) {
    return unknown('text in UTF-16', 'save it as UTF-8 (iconv -f UTF-16 -t UTF-8)');
  }
  const looked = head.subarray(0, 4096);
  const odd = looked.reduce((sum, byte) => sum + Number(byte < 9 || (byte > 13 && byte < 27)), 0);
  const bytes = start.replace(/../g, '$& ').trim();
  return odd * 20 > looked.length ? unknown(`binary data that begins with the bytes ${bytes}`, null) : null;
}

function unknown(seen: string, remedy: string | null): Recognition {
  return { known: false, seen, remedy };
}

function describeText(lines: readonly string[], first: string): { seen: string; remedy: string | null } {
  if (lines.length === 0) return { seen: 'text of blank lines only', remedy: null };
  if (/^\s*[{[]/.test(first) && /"schemaVersion"/.test(lines.join('\n'))) {
    return {
      seen: 'a JSON document of afterclose',
      remedy: 'to judge a saved session again, give its directory',
    };
  }
  const other = otherTools.find(([, pattern]) => lines.some((line) => pattern.test(line)));
  if (other !== undefined) return { seen: `the output of ${other[0]}`, remedy: null };
  const shown = first.trim().slice(0, longestExcerpt);
  const rest = first.trim().length > longestExcerpt ? '...' : '';
  return { seen: `text of which the first line is: ${shown}${rest}`, remedy: null };
}

const latin1 = new TextDecoder('latin1');
const linesLookedAt = 400;
/** Of one line: a result this far behind the name is not looked for. */
const longestLookedAt = 4096;
const longestExcerpt = 80;

/** A call with its result, a call cut by another thread's, or one of the lines between them. */
const straceBody =
  /^(?:[a-z_][a-z0-9_]{1,40}\(.*(?:\)\s+= (?:-?\d|\?|0x)|<unfinished \.\.\.>$|<detached \.\.\.>$)|<\.\.\. [a-z_][a-z0-9_]* resumed>|\+\+\+ (?:exited|killed|superseded) |--- SIG[A-Z0-9]+ \{)/;

const packers: readonly (readonly [magic: string, what: string, unpack: string])[] = [
  ['fd377a585a00', 'compressed with xz', 'xz -dc'],
  ['425a68', 'compressed with bzip2', 'bzip2 -dc'],
  ['28b52ffd', 'compressed with zstd', 'zstd -dc'],
  ['504b0304', 'a zip archive', 'unzip -p'],
];

const otherTools: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['strace -c, which only counts', /^% time\s+seconds\s+usecs\/call/],
  ['perf trace', /^\s*[\d.]+ \(\s*(?:[\d.]+ ms)?\s*\): \S+\/\d+ \w+\(/],
  ['kdump', /^\s*\d+\s+\S+\s+(?:CALL|RET|STRU|NAMI)\s/],
  ['truss', /^\w+\(.*\)\s+= \d+ \(0x[0-9a-f]+\)$/],
];
