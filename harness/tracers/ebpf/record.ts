/** One record of the agent to the events that it tells; docs/ebpf-format.md describes the records. */
import { decodeBindSockaddr, decodeSockaddr } from '../../../src/trace/address.ts';
import type { SocketAddress } from '../../../src/trace/address.ts';
import type {
  Call,
  CallName,
  CallResult,
  EnterEvent,
  LossEvent,
  ReleaseEvent,
  ReturnEvent,
  SocketIdentity,
} from '../../../src/trace/event.ts';
import type { Nanos, Pid, Tid } from '../../../src/trace/ids.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';
import type { Item } from '../event-flow.ts';
import type { CallData } from '../system-calls.ts';
import { callResult, callShape } from '../system-calls.ts';
import { flags, headSize, kinds, longestText } from './layout.ts';

/** The part that all records have. */
export interface Head {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly kind: number;
  readonly flags: number;
  readonly nr: number;
  readonly port: number;
}

/** @param origin the monotonic time that becomes 0; null: the numbers can not be those of a record */
export function readHead(view: DataView, origin: number): Head | null {
  const ownPid = view.getUint32(4, true);
  const ownTid = view.getUint32(8, true);
  const at = readLong(view, 16) - origin;
  if (ownPid < 1 || ownTid < 1 || !isTime(at)) return null;
  return {
    at: nanos(at),
    pid: pid(ownPid),
    tid: tid(ownTid),
    kind: view.getUint8(2),
    flags: view.getUint8(3),
    nr: view.getUint16(12, true),
    port: view.getUint16(14, true),
  };
}

/** The first moment that the record tells of: a call that nobody had to know of before is told at its return. */
export function earliestOf(view: DataView, head: Head, origin: number): Nanos {
  if (head.kind !== kinds.call || (head.flags & flags.late) === 0 || view.byteLength < callSize)
    return head.at;
  const returnedAt = readLong(view, 24) - origin;
  return isTime(returnedAt) && returnedAt > head.at ? nanos(returnedAt) : head.at;
}

/**
 * Pushes the events of the record; where it can not be one, pushes none and says false.
 * @param view of the record and nothing else
 */
export function readRecord(view: DataView, head: Head, origin: number, push: (item: Item) => void): boolean {
  switch (head.kind) {
    case kinds.enter:
      return readEnter(view, head, origin, push);
    case kinds.return:
      return readReturn(view, head, push);
    case kinds.call:
      return readCall(view, head, origin, push);
    case kinds.mark:
      return readMark(view, head, push);
    case kinds.fork:
      return readFork(view, head, push);
    case kinds.rename:
      return readRename(view, head, push);
    case kinds.exit:
      push({ ...moment(head), kind: 'exit', last: (head.flags & flags.last) !== 0 });
      return true;
    case kinds.release:
      return readRelease(view, head, push);
    case kinds.fault:
      push(readFault(head));
      return true;
    default:
      return false;
  }
}

const enterSize = 64;
const returnSize = 40;
const callSize = 72;

function readEnter(view: DataView, head: Head, origin: number, push: (item: Item) => void): boolean {
  const shape = callShape(head.nr);
  if (shape === undefined || view.byteLength < enterSize) return false;
  const enteredAt = readLong(view, 24);
  const isExec = shape.name === 'execve' || shape.name === 'execveat';
  const value = isExec ? textOf(view, enterSize) : view.getUint32(60, true);
  const data = head.flags & flags.value ? value : null;
  const call = shape.enter(
    view.getInt32(36, true),
    view.getInt32(48, true),
    view.getInt32(52, true),
    view.getInt32(56, true),
    data,
  );
  const since = enteredAt === 0 ? undefined : enteredAt - origin;
  if (since !== undefined && (!isTime(since) || since > head.at)) return false;
  const socket = head.flags & flags.socket ? readIdentity(view, 32, 40, head.port) : undefined;
  push(entered(head, head.at, call, socket, since === undefined ? undefined : nanos(since)));
  return true;
}

function readReturn(view: DataView, head: Head, push: (item: Item) => void): boolean {
  const shape = callShape(head.nr);
  if (shape === undefined || view.byteLength < returnSize) return false;
  const result = callResult(view.getInt32(24, true));
  if (result === null) return false;
  const socket = head.flags & flags.socketAfter ? readIdentity(view, 28, 32, head.port) : undefined;
  const event = returned(head, head.at, shape.name, result, addressOf(shape.name, view, returnSize), socket);
  push(head.flags & flags.passes ? { ...event, passesDescriptors: true } : event);
  return true;
}

/** Entry and return in one. `late`: nobody had to know of it while it was in flight. */
function readCall(view: DataView, head: Head, origin: number, push: (item: Item) => void): boolean {
  const shape = callShape(head.nr);
  if (shape === undefined || view.byteLength < callSize) return false;
  const returnedAt = readLong(view, 24) - origin;
  const result = callResult(view.getInt32(32, true));
  if (result === null || !isTime(returnedAt) || returnedAt < head.at) return false;
  const call = shape.enter(
    view.getInt32(48, true),
    view.getInt32(52, true),
    view.getInt32(56, true),
    view.getInt32(60, true),
    head.flags & flags.value ? valueOf(shape.name, view) : null,
  );
  const isLate = (head.flags & flags.late) !== 0;
  const end = nanos(returnedAt);
  const before = head.flags & flags.socket ? readIdentity(view, 36, 40, head.port) : undefined;
  push(entered(head, isLate ? end : head.at, call, before, isLate ? head.at : undefined));
  if (head.flags & flags.released) {
    const began = nanos(Math.min(head.at + view.getUint32(64, true), end));
    const gone = readIdentity(view, 36, 40, head.port);
    push({ at: began, pid: head.pid, tid: head.tid, kind: 'release', until: end, ...toldOf(gone) });
  }
  const after =
    head.flags & flags.socketAfter ? readIdentity(view, 36, 40, view.getUint16(68, true)) : undefined;
  push(returned(head, end, shape.name, result, addressOf(shape.name, view, callSize), after));
  return true;
}

type Thread = Pick<Head, 'pid' | 'tid'>;

/**
 * Events are made from literals with the same properties in the same order, and not by spreading what there is: V8
 * would give each an own layout, which took four times as long to make, to hold and to read.
 */
function entered(
  { pid, tid }: Thread,
  at: Nanos,
  call: Call,
  socket: SocketIdentity | null | undefined,
  since: Nanos | undefined,
): EnterEvent {
  if (since !== undefined) {
    return socket === undefined
      ? { at, pid, tid, kind: 'enter', call, since }
      : { at, pid, tid, kind: 'enter', call, socket, since };
  }
  return socket === undefined
    ? { at, pid, tid, kind: 'enter', call }
    : { at, pid, tid, kind: 'enter', call, socket };
}

function returned(
  { pid, tid }: Thread,
  at: Nanos,
  name: CallName,
  result: CallResult,
  address: SocketAddress | null | undefined,
  socket: SocketIdentity | null | undefined,
): ReturnEvent {
  if (address !== undefined) {
    return socket === undefined
      ? { at, pid, tid, kind: 'return', name, result, address }
      : { at, pid, tid, kind: 'return', name, result, address, socket };
  }
  return socket === undefined
    ? { at, pid, tid, kind: 'return', name, result }
    : { at, pid, tid, kind: 'return', name, result, socket };
}

function valueOf(name: CallName, view: DataView): CallData {
  const isDevice = view.getInt32(52, true) === SOL_SOCKET && view.getInt32(56, true) === SO_BINDTODEVICE;
  return name === 'setsockopt' && isDevice ? textOf(view, callSize) : view.getInt32(64, true);
}

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;

function readMark(view: DataView, head: Head, push: (item: Item) => void): boolean {
  const path = textOf(view, headSize);
  if (view.byteLength - headSize >= longestText || !path.startsWith(markPrefix)) return false;
  push({ at: head.at, pid: head.pid, tid: head.tid, kind: 'mark', text: path.slice(markPrefix.length) });
  return true;
}

const markPrefix = '/@afterclose/';

function readFork(view: DataView, head: Head, push: (item: Item) => void): boolean {
  if (view.byteLength < headSize + 8) return false;
  const parent = view.getUint32(24, true);
  const parentTid = view.getUint32(28, true);
  if (parent < 1 || parentTid < 1) return false;
  push({ ...moment(head), kind: 'fork', parent: pid(parent), parentTid: tid(parentTid) });
  return true;
}

function readRename(view: DataView, head: Head, push: (item: Item) => void): boolean {
  if (view.byteLength < headSize + 4 || view.getUint32(24, true) < 1) return false;
  push({ ...moment(head), kind: 'renamed', from: tid(view.getUint32(24, true)) });
  return true;
}

function readRelease(view: DataView, head: Head, push: (item: Item) => void): boolean {
  if (view.byteLength < headSize + 16) return false;
  push({ ...moment(head), kind: 'release', ...toldOf(readIdentity(view, 24, 32, head.port)) });
  return true;
}

function toldOf(gone: SocketIdentity | null): Pick<ReleaseEvent, 'inode' | 'cookie'> {
  return { inode: gone?.inode ?? null, cookie: gone?.cookie ?? null };
}

function readFault({ at, pid, nr }: Head): LossEvent {
  const text = `what ${callShape(nr)?.name ?? `system call ${nr}`} was given could not be read`;
  return { kind: 'loss', at, pid, extent: 'moment', reason: 'probe-error', count: 1, text };
}

function moment({ at, pid, tid }: Head): { readonly at: Nanos; readonly pid: Pid; readonly tid: Tid } {
  return { at, pid, tid };
}

/** Null: no socket stood there. */
function readIdentity(
  view: DataView,
  inodeAt: number,
  cookieAt: number,
  port: number,
): SocketIdentity | null {
  const inode = view.getUint32(inodeAt, true);
  const cookie = readLong(view, cookieAt);
  return inode === 0 ? null : { inode, cookie: cookie === 0 ? null : cookie, port };
}

/** What bind and connect were given and getsockname answered; null where it was not readable, undefined for others. */
function addressOf(name: CallName, view: DataView, from: number): SocketAddress | null | undefined {
  if (name !== 'bind' && name !== 'connect' && name !== 'getsockname') return undefined;
  const bytes = bytesOf(view, from);
  return name === 'bind' ? decodeBindSockaddr(bytes) : decodeSockaddr(bytes);
}

/** Up to the first zero byte, where a name has one. */
function textOf(view: DataView, from: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + from, view.byteLength - from);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function bytesOf(view: DataView, from: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + from, view.byteLength - from);
}

/** Exact up to 2^53: as nanoseconds that is 104 days, and a cookie never comes near it. */
export function readLong(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function isTime(at: number): boolean {
  return at >= 0 && at <= Number.MAX_SAFE_INTEGER;
}
