/**
 * The records of calls: entry, return, and both in one.
 *
 * Events are made from literals with the same properties in the same order, and not by spreading what there is: V8
 * would give each an own layout, which took four times as long to make, to hold and to read.
 */
import { decodeBindSockaddr, decodeSockaddr } from '../../../src/trace/address.ts';
import type { SocketAddress } from '../../../src/trace/address.ts';
import type {
  Call,
  CallName,
  CallResult,
  EnterEvent,
  ReturnEvent,
  SocketIdentity,
} from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import type { CallData } from '../system-calls.ts';
import { callResult, callShape } from '../system-calls.ts';
import { flags, kinds } from './layout.ts';
import { isTime } from './record-cursor.ts';
import type { RecordCursor } from './record-cursor.ts';
import type { Push } from './record.ts';

const enterSize = 64;
const returnSize = 40;
const callSize = 72;

export function readEnter(record: RecordCursor, push: Push): boolean {
  const shape = callShape(record.nr);
  if (shape === undefined || record.size < enterSize) return false;
  const { at, flags: told } = record;
  const isExec = shape.name === 'execve' || shape.name === 'execveat';
  const value = isExec ? record.text(enterSize) : record.uint32(60);
  const data = told & flags.value ? value : null;
  const call = shape.enter(record.int32(36), record.int32(48), record.int32(52), record.int32(56), data);
  const since = record.uint64(24) === 0 ? undefined : record.time(24);
  if (since !== undefined && (!isTime(since) || since > at)) return false;
  const socket = told & flags.socket ? record.identity(32, 40, record.port) : undefined;
  push(entered(record, at, call, socket, since));
  return true;
}

export function readReturn(record: RecordCursor, push: Push): boolean {
  const shape = callShape(record.nr);
  if (shape === undefined || record.size < returnSize) return false;
  const { at, flags: told } = record;
  const result = callResult(record.int32(24));
  if (result === null) return false;
  const socket = told & flags.socketAfter ? record.identity(28, 32, record.port) : undefined;
  const event = returned(record, at, shape.name, result, addressOf(shape.name, record, returnSize), socket);
  push(told & flags.passes ? { ...event, passesDescriptors: true } : event);
  return true;
}

/** Entry and return in one. `late`: nobody had to know of it while it was in flight. */
export function readCall(record: RecordCursor, push: Push): boolean {
  const shape = callShape(record.nr);
  if (shape === undefined || record.size < callSize) return false;
  const { at, flags: told, port } = record;
  const end = record.time(24);
  const result = callResult(record.int32(32));
  if (result === null || !isTime(end) || end < at) return false;
  const call = shape.enter(
    record.int32(48),
    record.int32(52),
    record.int32(56),
    record.int32(60),
    told & flags.value ? valueOf(shape.name, record) : null,
  );
  const isLate = (told & flags.late) !== 0;
  const before = told & flags.socket ? record.identity(36, 40, port) : undefined;
  push(entered(record, isLate ? end : at, call, before, isLate ? at : undefined));
  if (told & flags.released) {
    const { pid, tid } = record;
    const began = nanos(Math.min(at + record.uint32(64), end));
    const { inode, cookie } = before ?? { inode: null, cookie: null };
    push({ at: began, pid, tid, kind: 'release', until: end, inode, cookie });
  }
  const after = told & flags.socketAfter ? record.identity(36, 40, record.uint16(68)) : undefined;
  push(returned(record, end, shape.name, result, addressOf(shape.name, record, callSize), after));
  return true;
}

/** The first moment that a record tells of: a call that nobody had to know of before is told at its return. */
export function earliestOf(record: RecordCursor): Nanos {
  const { at } = record;
  if (record.kind !== kinds.call || (record.flags & flags.late) === 0 || record.size < callSize) return at;
  const end = record.time(24);
  return isTime(end) && end > at ? end : at;
}

function entered(
  { pid, tid }: RecordCursor,
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
  { pid, tid }: RecordCursor,
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

function valueOf(name: CallName, record: RecordCursor): CallData {
  const isDevice = record.int32(52) === SOL_SOCKET && record.int32(56) === SO_BINDTODEVICE;
  return name === 'setsockopt' && isDevice ? record.text(callSize) : record.int32(64);
}

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;

/** What bind and connect were given and getsockname answered; null where it was not readable, undefined for others. */
function addressOf(name: CallName, record: RecordCursor, from: number): SocketAddress | null | undefined {
  if (name === 'bind') return decodeBindSockaddr(record.bytes(from));
  if (name === 'connect' || name === 'getsockname') return decodeSockaddr(record.bytes(from));
  return undefined;
}
