/**
 * The arguments of a call, split at the commas between them. Strings, comments (-X verbose), nested structures and
 * what -y writes behind a descriptor may hold any character, so they are stepped over as a whole.
 */
import { endOfLiteral } from './literal.ts';

export interface Arguments {
  readonly parts: readonly string[];
  /** Index of the bracket that closes them; -1: the text ends before it, as in an unfinished call. */
  readonly close: number;
}

/** @param start index behind the opening bracket; null where a string or a decoration does not end */
export function splitArguments(text: string, start: number): Arguments | null {
  const parts: string[] = [];
  let depth = 0;
  let first = start;
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfLiteral(text, at);
        break;
      case 0x2f: // a comment
        if (text.charCodeAt(at + 1) === 0x2a) at = endOfComment(text, at);
        break;
      case 0x3c: // <
        if (isDecoration(text, at)) at = endOfDecoration(text, at);
        break;
      case 0x28: // ( [ {
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x29: // ) ] }
      case 0x5d:
      case 0x7d:
        if (depth === 0) {
          if (at > start) parts.push(argument(text, first, at));
          return { parts, close: at };
        }
        depth--;
        break;
      case 0x2c: // ,
        if (depth > 0) break;
        parts.push(argument(text, first, at));
        first = at + 1;
        break;
      default:
    }
    if (at < 0) return null;
  }
  parts.push(argument(text, first, text.length));
  return { parts, close: -1 };
}

/**
 * `3<socket:[123]>` and `AT_FDCWD</tmp>`, not `1<<21`. A descriptor that another thread has closed meanwhile gets a
 * bracket with nothing in it and no end (`close(3<)`, strace 7.2 with -yy).
 */
function isDecoration(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const isNamed = (before >= 0x30 && before <= 0x39) || before === 0x44;
  return isNamed && !noDecoration.has(text[at + 1] ?? '');
}

/**
 * Index of the bracket that ends a decoration. Paths have their angle brackets escaped, but a device adds its own
 * (`</dev/null<char 1:3>>`); sockets have arrows and quoted names (`<UNIX-STREAM:[1->2, "/run/x"]>`).
 */
export function endOfDecoration(text: string, start: number): number {
  const isSocket = socketDecoration.test(text.slice(start, start + 40));
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isSocket && code === 0x22) {
      at = endOfLiteral(text, at);
      if (at < 0) return -1;
    } else if (code === 0x3c) depth++;
    else if (code === 0x3e && !(isSocket && text.charCodeAt(at - 1) === 0x2d) && --depth === 0) {
      return text.startsWith('(deleted)', at + 1) ? at + '(deleted)'.length : at;
    }
  }
  return -1;
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2);
  return end < 0 ? -1 : end + 1;
}

function argument(text: string, first: number, end: number): string {
  return text.slice(first, end).trim();
}

const noDecoration: ReadonlySet<string> = new Set(['<', ')', ']', ',', ' ', '']);
const socketDecoration = /^<[A-Za-z][A-Za-z0-9_-]*:\[/;
