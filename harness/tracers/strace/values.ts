/** Single arguments of calls. Null: not readable. */
import type { Names } from './constants.ts';
import { cloneFlags } from './constants.ts';
import { readLiteral, toText } from './literal.ts';

/** `12`, `-1`, `0x1f`, `fd=12` (-N); comments and what -y adds in angle brackets are left out. */
export function readNumber(argument: string): number | null {
  const digits = numberPattern.exec(argument);
  if (digits === null) return null;
  const value = Number(digits[2]);
  if (!Number.isSafeInteger(value)) return null;
  return digits[1] === '-' ? -value : value;
}

/** A set like `SOCK_DGRAM|SOCK_CLOEXEC`, `0x2|0x80000` or, with -X verbose, the numbers and the names as comments. */
export function readFlags(argument: string, names: Names): number | null {
  let sum = 0;
  for (const part of withoutName(argument).replace(comments, '').split('|')) {
    const name = part.trim();
    const value = (Object.hasOwn(names, name) ? names[name] : undefined) ?? readNumber(name);
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

/** One name or number; -1 for a name that means nothing to the replay. */
export function readName(argument: string, names: Names): number | null {
  return readFlags(argument, names) ?? (symbolPattern.test(withoutName(argument)) ? -1 : null);
}

/** A descriptor. Its decorations (-y, -yy) can tell a state that is out of date, so they are never read. */
export function readDescriptor(argument: string): number | null {
  const value = readNumber(argument);
  return value !== null && value >= -0x80000000 && value <= 0xffffffff ? value | 0 : null;
}

/** `-1` and `~0U` are the largest number of 32 bits. */
export function readUnsigned(argument: string): number | null {
  const value = withoutName(argument).startsWith('~0') ? -1 : readNumber(argument);
  return value !== null && value >= -0x80000000 && value <= 0xffffffff ? value >>> 0 : null;
}

/** A path; null also for a pointer. */
export function readText(argument: string): string | null {
  const literal = readLiteral(withoutName(argument), 0);
  return literal === null || literal.isCut ? null : toText(literal.bytes);
}

/** `[1]` or `"lo\0"`; null for pointers and structures. */
export function readOption(argument: string): number | string | null {
  const value = withoutName(argument);
  if (value.startsWith('[')) return readNumber(value.slice(1));
  const text = value.startsWith('"') ? readText(value) : null;
  return text === null ? null : text.replace(/\0.*$/s, '');
}

/** `child_stack=NULL, flags=CLONE_VM|SIGCHLD`, `{flags=CLONE_VM, ...} => {...}`, `0x50f00, 0xc000...` (-e raw=clone). */
export function readCloneFlags(parts: readonly string[]): number | null {
  const named = parts.map((part) => flagsPattern.exec(part)?.[1]).find((flags) => flags !== undefined);
  if (named === undefined)
    return parts[0]?.startsWith('0x') === true && parts.length > 2 ? readNumber(parts[0]) : null;
  // The signal that the child's end sends is among them.
  return readFlags(named.replace(/\bSIG[A-Z0-9_]+\b/g, '0'), cloneFlags);
}

/** Without the name of the argument, which -N (strace 6.17) writes before it. */
export function withoutName(argument: string): string {
  return argument.replace(argumentName, '');
}

const numberPattern = /^(?:[a-z_][a-z0-9_]*=)?(-?)(0x[0-9a-fA-F]{1,16}|\d{1,20})(?![0-9A-Za-z_])/;
const comments = / *\/\*.*?\*\//g;
const symbolPattern = /^[A-Z_][A-Z0-9_]*(?:[ |(].*)?$/;
const flagsPattern = /^\{?flags=([^,}]*)/;
const argumentName = /^[a-z_][a-z0-9_]*=(?=[^>=])/;
