/** Running text for a terminal: escaped, then broken into lines that fit. */
import { escapeTerminal } from '../escape.ts';

export interface Shape {
  /** Columns, indentation included. */
  readonly width: number;
  /** Before the first line. */
  readonly first?: string;
  /** Before every other line. */
  readonly rest?: string;
}

/** Not between a number and its unit. */
const breakable = / (?!(?:%|ns|us|ms|s)(?:[^\w]|$))/;

/** @param text may be hostile; a word longer than a line is broken */
export function prose(text: string, { width, first = '', rest = first }: Shape): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeTerminal(text).split(breakable)) {
    const prefix = lines.length === 0 ? first : rest;
    if (line !== '' && displayWidth(prefix) + displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(prefix + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (;;) {
      const start = lines.length === 0 ? first : rest;
      const fitting = cutToWidth(line, width - displayWidth(start));
      if (fitting.length === line.length) break;
      lines.push(start + fitting);
      line = line.slice(fitting.length);
    }
  }
  return [...lines, (lines.length === 0 ? first : rest) + line].map((each) => each.trimEnd());
}

/** Two columns for a character that some terminal shows that wide, none for an accent. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const accent = /\p{M}/u;

/** Columns of escaped text: never less than a terminal takes. */
export function displayWidth(escaped: string): number {
  let columns = 0;
  for (const character of escaped) columns += widthOf(character);
  return columns;
}

/** The longest beginning that fits, at least one character. */
export function cutToWidth(escaped: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of escaped) {
    used += widthOf(character);
    if (used > columns && end > 0) return escaped.slice(0, end);
    end += character.length;
  }
  return escaped;
}

function widthOf(character: string): number {
  if (character < '\u0300') return wide.test(character) ? 2 : 1;
  if (accent.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
