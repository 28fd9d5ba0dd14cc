/** One line of sockets.d or sockets-darwin.d to what it says; the files' head comments describe the lines. */
import { decodeBindSockaddr, decodeSockaddr } from '../../../src/trace/address.ts';
import type { CallName, CallResult } from '../../../src/trace/event.ts';
import type { Nanos, Pid, Tid } from '../../../src/trace/ids.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';
import type { System } from '../errno.ts';
import type { Item } from '../event-flow.ts';
import type { CallData, CallShape } from '../system-calls.ts';
import { callResult, callShape } from '../system-calls.ts';
import { darwinCallShape, toLinuxSockaddr } from './darwin-calls.ts';
import { unescapeText } from './escaped-text.ts';
import { hexDigit } from './line-cursor.ts';
import type { LineCursor } from './line-cursor.ts';

/** The kinds of lines, as @END names them. */
export const recordKinds = ['S', 'E', 'R', 'M', 'F', 'C', 'X', '!'] as const;
export type RecordKind = (typeof recordKinds)[number];

export interface RecordOptions {
  readonly system: System;
  /** Whether the kernel says at a thread's exit that it was the last; else the count of those left must do. */
  readonly exitSaysLast: boolean;
}

/** The part that all lines have. */
export interface Head {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly kind: RecordKind;
}

/** Text as long as the D program's strsize allows may have been cut. */
const longestText = 255;

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** @param line opened on the line; null: this is no line of sockets.d, or not from its start */
export function readHead(line: LineCursor): Head | null {
  const at = line.decimal();
  const ownPid = line.decimal();
  const ownTid = line.decimal();
  const letter = String.fromCharCode(line.letter());
  const kind = recordKinds.find((known) => known === letter);
  if (!line.ok || at < 0 || ownPid < 1 || ownTid < 1 || kind === undefined) return null;
  return { at: nanos(at), pid: pid(ownPid), tid: tid(ownTid), kind };
}

/**
 * Pushes the events of the line; where no rule fits it, pushes none and says false.
 * @param line what is left of it after the head
 */
export function readRecord(
  line: LineCursor,
  head: Head,
  options: RecordOptions,
  push: (item: Item) => void,
): boolean {
  switch (head.kind) {
    case 'S':
      return readShort(line, head, options.system, push);
    case 'E':
      return readEntry(line, head, options.system, push);
    case 'R':
      return readReturn(line, head, options.system, push);
    case 'M':
      return readMark(line, head, push);
    case 'F':
      return readFork(line, head, push);
    case 'C':
      return readRename(line, head, push);
    case 'X':
      return readExit(line, head, options, push);
    case '!':
      return readFault(line, head, options.system, push);
  }
}

function readShort(
  line: LineCursor,
  { at, pid, tid }: Head,
  system: System,
  push: (item: Item) => void,
): boolean {
  const took = line.decimal();
  const shape = readShape(line, system);
  const result = callResult(line.decimal(), system);
  const [a0, a1, a2, a3] = [line.hexInt32(), line.hexInt32(), line.hexInt32(), line.hexInt32()];
  const data = readData(line);
  if (!line.ok || took < 0 || shape === undefined || result === null || data === undefined) return false;
  push({ kind: 'enter', at, pid, tid, call: shape.enter(a0, a1, a2, a3, data) });
  push(toReturn({ at: nanos(at + took), pid, tid }, shape.name, result, data, system));
  return true;
}

function readEntry(
  line: LineCursor,
  { at, pid, tid }: Head,
  system: System,
  push: (item: Item) => void,
): boolean {
  const shape = readShape(line, system);
  const [a0, a1, a2, a3] = [line.hexInt32(), line.hexInt32(), line.hexInt32(), line.hexInt32()];
  const data = readData(line);
  if (!line.ok || shape === undefined || data === undefined) return false;
  push({ kind: 'enter', at, pid, tid, call: shape.enter(a0, a1, a2, a3, data) });
  return true;
}

function readReturn(
  line: LineCursor,
  { at, pid, tid }: Head,
  system: System,
  push: (item: Item) => void,
): boolean {
  const shape = readShape(line, system);
  const result = callResult(line.decimal(), system);
  const data = readData(line);
  if (!line.ok || shape === undefined || result === null || data === undefined) return false;
  push(toReturn({ at, pid, tid }, shape.name, result, data, system));
  return true;
}

function readMark(line: LineCursor, { at, pid, tid }: Head, push: (item: Item) => void): boolean {
  const bytes = line.ok ? unescapeText(line.rest()) : null;
  if (bytes === null || bytes.length >= longestText) return false;
  push({ kind: 'mark', at, pid, tid, text: text.decode(bytes) });
  return true;
}

function readFork(line: LineCursor, head: Head, push: (item: Item) => void): boolean {
  const childPid = line.decimal();
  const childTid = line.decimal();
  if (!isWhole(line) || childPid < 1 || childTid < 1) return false;
  const { at } = head;
  push({ kind: 'fork', at, pid: pid(childPid), tid: tid(childTid), parent: head.pid, parentTid: head.tid });
  return true;
}

function readRename(line: LineCursor, head: Head, push: (item: Item) => void): boolean {
  const from = line.decimal();
  if (!isWhole(line) || from < 1) return false;
  push({ kind: 'renamed', at: head.at, pid: head.pid, tid: head.tid, from: tid(from) });
  return true;
}

function readExit(
  line: LineCursor,
  { at, pid, tid }: Head,
  options: RecordOptions,
  push: (item: Item) => void,
): boolean {
  const dead = line.decimal();
  const live = line.decimal();
  if (!isWhole(line)) return false;
  push({ kind: 'exit', at, pid, tid, last: options.exitSaysLast ? dead === 1 : live === 0 });
  return true;
}

/** A path of execve that could not be read is no loss: that it was called is known all the same. */
function readFault(
  line: LineCursor,
  { at, pid, tid }: Head,
  system: System,
  push: (item: Item) => void,
): boolean {
  const call = system === 'linux' ? line.decimal() : line.word();
  const details = text.decode(line.rest());
  if (!line.ok) return false;
  const name = typeof call === 'number' ? callShape(call)?.name : darwinCallShape(call)?.name;
  if (name === 'execve' || name === 'execveat') {
    push({ kind: 'enter', at, pid, tid, call: { name, path: null } });
    return true;
  }
  const what = `what ${name ?? `system call ${call}`} was given could not be read (${details})`;
  push({ kind: 'loss', at, pid, extent: 'moment', reason: 'probe-error', count: 1, text: what });
  return true;
}

/** Results of bind, connect and getsockname carry the address; null where it was not readable. */
function toReturn(
  when: Pick<Head, 'at' | 'pid' | 'tid'>,
  name: CallName,
  result: CallResult,
  data: CallData,
  system: System,
): Item {
  if (name !== 'bind' && name !== 'connect' && name !== 'getsockname') {
    const plain = { kind: 'return', ...when, name, result } as const;
    return (name === 'sendmsg' || name === 'sendmmsg') && data === 1
      ? { ...plain, passesDescriptors: true }
      : plain;
  }
  const decode = name === 'bind' ? decodeBindSockaddr : decodeSockaddr;
  const bytes = data instanceof Uint8Array ? data : null;
  const address = bytes === null ? null : decode(system === 'darwin' ? toLinuxSockaddr(bytes) : bytes);
  return { kind: 'return', ...when, name, result, address };
}

/** Linux: by number; macOS, where numbers are not what DTrace's probes are called by: by name. */
function readShape(line: LineCursor, system: System): CallShape | undefined {
  return system === 'linux' ? callShape(line.decimal()) : darwinCallShape(line.word());
}

/** `i:NUMBER`, `s:TEXT` or the bytes of a sockaddr in hex, and nothing after it; undefined for anything else. */
function readData(line: LineCursor): CallData | undefined {
  if (!line.ok || line.isAtEnd) return null;
  const rest = line.rest();
  if (rest[1] !== 0x3a) return readBytes(rest);
  if (rest[0] === 0x73) {
    const bytes = unescapeText(rest.subarray(2));
    return bytes === null ? undefined : text.decode(bytes);
  }
  const number = text.decode(rest.subarray(2));
  return rest[0] === 0x69 && /^-?\d{1,16}$/.test(number) ? Number(number) : undefined;
}

function readBytes(hex: Uint8Array): Uint8Array | undefined {
  if (hex.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = hexDigit(hex[2 * at] ?? 0);
    const low = hexDigit(hex[2 * at + 1] ?? 0);
    if (high < 0 || low < 0) return undefined;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

function isWhole(line: LineCursor): boolean {
  return line.ok && line.isAtEnd;
}
