/** The lines of one call: whole on one line, or its entry and its answer on two, with other threads between them. */
import type { SocketAddress } from '../../../src/trace/address.ts';
import type { Call, CallName } from '../../../src/trace/event.ts';
import { splitArguments } from './arguments.ts';
import type { CallShape } from './calls.ts';
import { socketTypes } from './constants.ts';
import { isFork } from './item.ts';
import { endOfUnfinished } from './line.ts';
import { readAnswer } from './result.ts';
import type { Answer } from './result.ts';
import { readSockaddr } from './sockaddr.ts';
import { readCloneFlags, readFlags, withoutName } from './values.ts';

export interface Reply extends Answer {
  /** getsockname, accept: what the kernel wrote; null: not readable. */
  readonly address?: SocketAddress | null;
  /** clone: null where they are not printed with the answer. */
  readonly cloneFlags?: number | null;
  /** accept4: null where they are not readable. */
  readonly acceptFlags?: number | null;
  /** sendmsg, sendmmsg: descriptors went with the message (SCM_RIGHTS). */
  readonly passesDescriptors?: boolean;
}

/** @param start behind the bracket that opens the arguments; null where no rule fits, as for all that follow */
export function readWhole(
  text: string,
  start: number,
  shape: CallShape,
): { readonly call: Call; readonly reply: Reply } | null {
  const given = shape.isTransfer ? null : splitArguments(text, start);
  const parts = shape.isTransfer ? [firstArgument(text, start)] : given?.parts;
  const answer = shape.isTransfer ? lastAnswer(text, start) : answerBehind(text, given?.close);
  const call = parts === undefined ? null : shape.enter(parts);
  return call === null || answer === null ? null : { call, reply: replyOf(shape, answer, parts ?? []) };
}

export function readEntry(text: string, start: number, shape: CallShape): Call | null {
  const printed = text.slice(0, endOfUnfinished(text));
  if (shape.isTransfer) return shape.enter([firstArgument(printed, start)]);
  const given = splitArguments(printed, start);
  return given === null ? null : shape.enter(given.parts);
}

/** @param start behind `<... name resumed>`: the arguments go on where the entry broke off */
export function readReply(text: string, start: number, shape: CallShape): Reply | null {
  if (!scanned.has(shape.name)) {
    // The entry can have broken off inside a structure, so that the brackets do not match.
    const answer = lastAnswer(text, start);
    if (answer === null || !isFork(shape.name)) return answer;
    return replyOf(shape, answer, splitArguments(text, start)?.parts ?? []);
  }
  // From 7.2 on (6.13 not yet) the comma before them is part of what was missing.
  const rest = splitArguments(text, text.charCodeAt(start) === comma ? start + 1 : start);
  const answer = answerBehind(text, rest?.close);
  return answer === null ? null : replyOf(shape, answer, ['', ...(rest?.parts ?? [])]);
}

/**
 * Calls whose answer comes with an address, or is a descriptor, behind which -y writes a file's name: that can hold
 * anything, an answer too.
 */
const scanned: ReadonlySet<CallName> = new Set([
  ...(['getsockname', 'accept', 'accept4', 'socket', 'dup', 'dup2', 'dup3', 'fcntl'] as const),
]);

/** @param parts with the descriptor in the first place */
function replyOf(shape: CallShape, answer: Answer, parts: readonly string[]): Reply {
  switch (shape.name) {
    case 'getsockname':
    case 'accept':
    case 'accept4': {
      if (answer.result?.ok !== true) return answer;
      const address = readSockaddr(withoutName(parts[1] ?? '')) ?? null;
      return { ...answer, address, acceptFlags: readFlags(parts[3] ?? '', socketTypes) };
    }
    case 'clone':
    case 'clone3':
      return { ...answer, cloneFlags: readCloneFlags(parts) };
    default:
      return answer;
  }
}

/** Whether descriptors go with the message, as far as this line of the call shows it. Data between quotes are none of it. */
export function passesDescriptors(text: string, start: number, { name }: CallShape): boolean {
  if (name !== 'sendmsg' && name !== 'sendmmsg') return false;
  return rights.test(text.slice(start).replace(quoted, ''));
}

function answerBehind(text: string, close: number | undefined): Answer | null {
  return close === undefined || close < 0 || text.charCodeAt(close) !== closing
    ? null
    : readAnswer(text, close + 1);
}

/** The answer is the last thing on a line, whatever the data before it hold. */
function lastAnswer(text: string, start: number): Answer | null {
  let close = text.lastIndexOf(' = ');
  while (close >= start && text.charCodeAt(close) === blank) close--;
  return close < start || text.charCodeAt(close) !== closing ? null : readAnswer(text, close + 1);
}

function firstArgument(text: string, start: number): string {
  const end = text.indexOf(',', start);
  return text.slice(start, end < 0 ? text.length : end);
}

/** By name, with both (`-X verbose`) or as numbers (`-X raw`). */
const rights = /cmsg_level=(?:SOL_SOCKET|0x1\b)[^,]*, cmsg_type=(?:SCM_RIGHTS|0x1\b)/;
const quoted = /"(?:[^"\\]|\\.)*"/g;
const blank = 0x20;
const comma = 0x2c;
const closing = 0x29;
