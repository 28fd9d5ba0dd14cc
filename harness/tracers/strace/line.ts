/**
 * One line of strace: who (thread), when (stamp) and what (the rest). Which of them are there depends on the options
 * and, with output to a terminal, on how many processes live: every line is read on its own.
 */
import { endOfDecoration } from './arguments.ts';
import type { Stamp } from './clock.ts';

export interface Head {
  /** `number`: `123 close(3)`, as -f -o makes it; `bracket`: `[pid 123] close(3)`. */
  readonly prefix: 'none' | 'number' | 'bracket';
  /** Null: the only thread that lives, or that has this log (-ff). */
  readonly tid: number | null;
  readonly stamp: Stamp | null;
  /** Index where the rest begins. */
  readonly end: number;
}

export type Body =
  | CallBody
  | ResumedBody
  /** The thread is gone. */
  | { readonly kind: 'exit' }
  /** execve made the thread `from` the first one of its process. */
  | { readonly kind: 'superseded'; readonly from: number }
  /** Nothing for the replay: signals, messages of strace, stack traces (-k). */
  | { readonly kind: 'other' };

/** `name(ARGUMENTS`. */
export interface CallBody {
  readonly kind: 'call';
  readonly name: string;
  /** Behind the opening bracket. */
  readonly start: number;
  /** `whole`: with the answer on the same line. */
  readonly form: 'whole' | 'unfinished';
}

/** `<... name resumed>ARGUMENTS) = ANSWER`: what was missing when other threads' lines came between. */
export interface ResumedBody {
  readonly kind: 'resumed';
  readonly name: string;
  /** Behind the closing angle bracket. */
  readonly start: number;
}

/** Never fails: where no prefix is known, the body begins at once, and then it fits no rule. */
export function readHead(text: string): Head {
  let at = 0;
  let tid: number | null = null;
  const bracketed = bracketedPid.exec(text);
  if (bracketed !== null) {
    tid = Number(bracketed[1]);
    at = endOfComm(text, bracketed[0].length);
    if (text.startsWith('] ', at)) at += 2;
  } else {
    const plain = plainPid.exec(text);
    const behind = plain === null ? 0 : endOfComm(text, plain[0].length);
    if (plain !== null && text.charCodeAt(behind) === blank && Number(plain[0]) <= largestPid) {
      tid = Number(plain[0]);
      at = behind + 1;
    }
  }
  let stamp: Stamp | null = null;
  for (;;) {
    stampPattern.lastIndex = at;
    const found = stampPattern.exec(text);
    if (found === null) break;
    // With both, -r stands behind in brackets and says no more.
    stamp ??= readStamp(found);
    at = stampPattern.lastIndex;
  }
  while (text.charCodeAt(at) === blank) at++;
  if (text.charCodeAt(at) === openingBracket) at = endOfNumbers(text, at);
  const prefix = tid === null ? 'none' : bracketed === null ? 'number' : 'bracket';
  return { prefix, tid, stamp, end: at };
}

/** @param start behind the head; null where no rule fits */
export function readBody(text: string, start: number): Body | null {
  namePattern.lastIndex = start;
  const name = namePattern.exec(text)?.[1];
  if (name !== undefined) {
    const form = isUnfinished(text) ? 'unfinished' : 'whole';
    return { kind: 'call', name, start: namePattern.lastIndex, form };
  }
  if (text.startsWith('<... ', start)) return readResumed(text, start);
  if (text.startsWith('+++ ', start)) return readEnd(text.slice(start));
  if (text.startsWith('--- ', start)) return text.endsWith(' ---') ? { kind: 'other' } : null;
  return isMessage(text, start) ? { kind: 'other' } : null;
}

/** Where the arguments of an unfinished call end. */
export function endOfUnfinished(text: string): number {
  return unfinishedPattern.exec(text)?.index ?? text.length;
}

/** Nearly every line that ends so has a duration (-T) there. */
function isUnfinished(text: string): boolean {
  const last = text.charCodeAt(text.length - 2);
  const isDuration = last >= 0x30 && last <= 0x39;
  return text.endsWith('>') && !isDuration && unfinishedPattern.test(text);
}

function readResumed(text: string, start: number): Body | null {
  resumedPattern.lastIndex = start;
  const name = resumedPattern.exec(text)?.[1];
  if (name !== undefined) return { kind: 'resumed', name, start: resumedPattern.lastIndex };
  return text.startsWith('<... resuming interrupted ', start) ? { kind: 'other' } : null;
}

function readEnd(body: string): Body | null {
  const superseded = /^\+\+\+ superseded by execve in pid (\d{1,10}) \+\+\+$/.exec(body);
  if (superseded !== null) return { kind: 'superseded', from: Number(superseded[1]) };
  return /^\+\+\+ (?:exited with \d{1,3}|killed by [A-Z0-9_+]+(?: \(core dumped\))?) \+\+\+$/.exec(body) ===
    null
    ? null
    : { kind: 'exit' };
}

/** `strace: ...`, and the frames of -k, which follow their call. */
function isMessage(text: string, start: number): boolean {
  messagePattern.lastIndex = start;
  return messagePattern.test(text) || text.startsWith(' > ');
}

function readStamp(found: RegExpExecArray): Stamp {
  const [, hours, minutes, ofMinute, plain, bracketed, fraction = ''] = found;
  const fractionNs = Number(fraction.padEnd(9, '0').slice(0, 9));
  const isWhole = fraction === '';
  if (hours !== undefined) {
    const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(ofMinute);
    return { kind: 'day', seconds, fractionNs, isWhole };
  }
  const seconds = Number(plain ?? bracketed);
  return { kind: seconds < earliestEpoch ? 'relative' : 'epoch', seconds, fractionNs, isWhole };
}

/** The command's name in angle brackets (-Y), if it is there. */
function endOfComm(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x3c) return at;
  const end = endOfDecoration(text, at);
  return end < 0 ? at : end + 1;
}

/** The number of the call (-n) and the instruction pointer (-i): `[  49] [00007f1b4c6e2a3d] `. */
function endOfNumbers(text: string, at: number): number {
  numbersPattern.lastIndex = at;
  return numbersPattern.exec(text) === null ? at : numbersPattern.lastIndex;
}

const blank = 0x20;
const openingBracket = 0x5b;
/** PID_MAX_LIMIT of 64-bit Linux. A larger number at the start of a line is a time. */
const largestPid = 4_194_304;
/** -r tells seconds since the line before, -ttt since 1970: three years part them. */
const earliestEpoch = 100_000_000;

const bracketedPid = /^\[pid +(\d{1,10})/;
const plainPid = /^\d{1,10}/;
/** `10:45:31`, `1795430663`, `     0.000090` or, beside another one, `(+     0.000090)`; each with or without a fraction. */
const stampPattern = / *(?:(\d\d):(\d\d):(\d\d)|(\d{1,12})|\(\+ *(\d{1,12}))(?:\.(\d{1,9}))?\)? /y;
/** It calls itself as it was called, perhaps with its path. */
const messagePattern = /(?:\/\S*\/)?strace: /y;
const numbersPattern = /(?:\[[ 0-9a-f?]{1,20}\] )+/y;
const namePattern = /([A-Za-z_][A-Za-z0-9_]*|\?{3,4})\(/y;
const resumedPattern = /<\.\.\. ([A-Za-z_][A-Za-z0-9_]*|\?{3,4}) resumed>/y;
const unfinishedPattern =
  / <(?:unfinished \.\.\.|detached \.\.\.|pid changed to \d{1,10} \.\.\.|Cannot restart pid [^>]*|ptrace\([^>]*)>$/;
