/** One record of the agent to the events that it tells; docs/ebpf-format.md describes the records. */
import { pid, tid } from '../../../src/trace/ids.ts';
import type { Nanos, Pid, Tid } from '../../../src/trace/ids.ts';
import type { Item } from '../event-flow.ts';
import { callShape } from '../system-calls.ts';
import { readCall, readEnter, readReturn } from './call-record.ts';
import { flags, headSize, kinds, longestText } from './layout.ts';
import type { RecordCursor } from './record-cursor.ts';

export type Push = (item: Item) => void;

/** Pushes the events of a record that has a head; where it can not be one, pushes none and says false. */
export function readRecord(record: RecordCursor, push: Push): boolean {
  switch (record.kind) {
    case kinds.enter:
      return readEnter(record, push);
    case kinds.return:
      return readReturn(record, push);
    case kinds.call:
      return readCall(record, push);
    case kinds.mark:
      return readMark(record, push);
    case kinds.fork:
      return readFork(record, push);
    case kinds.rename:
      return readRename(record, push);
    case kinds.exit:
      push({ ...momentOf(record), kind: 'exit', last: (record.flags & flags.last) !== 0 });
      return true;
    case kinds.release:
      return readRelease(record, push);
    case kinds.fault:
      return readFault(record, push);
    default:
      return false;
  }
}

function readMark(record: RecordCursor, push: Push): boolean {
  const path = record.text(headSize);
  if (record.size - headSize >= longestText || !path.startsWith(markPrefix)) return false;
  const text = path.slice(markPrefix.length);
  push({ at: record.at, pid: record.pid, tid: record.tid, kind: 'mark', text });
  return true;
}

const markPrefix = '/@afterclose/';

function readFork(record: RecordCursor, push: Push): boolean {
  if (record.size < headSize + 8) return false;
  const parent = record.uint32(24);
  const parentTid = record.uint32(28);
  if (parent < 1 || parentTid < 1) return false;
  push({ ...momentOf(record), kind: 'fork', parent: pid(parent), parentTid: tid(parentTid) });
  return true;
}

function readRename(record: RecordCursor, push: Push): boolean {
  if (record.size < headSize + 4 || record.uint32(24) < 1) return false;
  push({ ...momentOf(record), kind: 'renamed', from: tid(record.uint32(24)) });
  return true;
}

function readRelease(record: RecordCursor, push: Push): boolean {
  if (record.size < headSize + 16) return false;
  const gone = record.identity(24, 32, record.port);
  const { inode, cookie } = gone ?? { inode: null, cookie: null };
  push({ ...momentOf(record), kind: 'release', inode, cookie });
  return true;
}

function readFault(record: RecordCursor, push: Push): boolean {
  const { at, pid, nr } = record;
  const text = `what ${callShape(nr)?.name ?? `system call ${nr}`} was given could not be read`;
  push({ kind: 'loss', at, pid, extent: 'moment', reason: 'probe-error', count: 1, text });
  return true;
}

function momentOf({ at, pid, tid }: RecordCursor): {
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
} {
  return { at, pid, tid };
}
