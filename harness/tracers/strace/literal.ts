/** Strings as strace prints them: in quotes, escaped as in C, octal by default and hexadecimal with -x or -xx. */

export interface Literal {
  /** The bytes, one for each character code. */
  readonly bytes: string;
  /** Index behind the closing quote. */
  readonly end: number;
  /** Longer than -s allows: dots stand for the rest. */
  readonly isCut: boolean;
}

/** @param start index of the opening quote; null where no such string stands there */
export function readLiteral(text: string, start: number): Literal | null {
  const close = endOfLiteral(text, start);
  if (close < 0) return null;
  const inner = text.slice(start + 1, close);
  const bytes = inner.includes('\\') ? unescape(inner) : inner;
  return { bytes, end: close + 1, isCut: text.startsWith('...', close + 1) };
}

/** Index of the closing quote; -1 where there is none. */
export function endOfLiteral(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return -1;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
  }
  return -1;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a program meant by the bytes of a literal. */
export function toText(bytes: string): string {
  return isAscii(bytes) ? bytes : utf8.decode(Buffer.from(bytes, 'latin1'));
}

function unescape(inner: string): string {
  return inner.replace(escapes, (_, escape: string) => {
    const single = singles[escape];
    if (single !== undefined) return single;
    const isHex = escape.startsWith('x');
    const code = isHex ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8);
    return Number.isNaN(code) ? escape : String.fromCharCode(code & 0xff);
  });
}

function isAscii(bytes: string): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes.charCodeAt(at) > 0x7f) return false;
  return true;
}

const quote = 0x22;
const backslash = 0x5c;
/** An octal escape has three digits where a digit follows, else as few as it needs. */
const escapes = /\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[^])/g;
const singles: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  e: '\x1b',
};
