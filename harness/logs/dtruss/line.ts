/**
 * One line of dtruss (macOS; nothing of this was tried on a real machine, it follows dtruss's own D program and
 * outputs that people have published):
 *
 *     PID/THRD         RELATIVE  ELAPSD    CPU SYSCALL(args)               = return
 *     82830/0x978a20:   1378161       8      4 bind(0x5, 0xC821AA576C, 0x10)       = -1 Err#48
 *
 * The columns before the call depend on the options (-f and -l, -d, -e, -o; -a: all of them).
 */
import type { CallResult } from '../../../src/trace/event.ts';
import { errnoName } from '../../tracers/errno.ts';

export interface DtrussLine {
  /** Null: the log has no column for it. */
  readonly pid: number | null;
  readonly tid: number | null;
  /** As it is printed: `close_nocancel`. */
  readonly name: string;
  /** As they are printed, `0x5` or `"text\0"`; at most three, and what stands behind a pointer is not shown. */
  readonly given: readonly string[];
  readonly result: CallResult;
}

/** @returns null where it is no line of a call: a header, a stack frame (-s), the counts of -c, the program's own output */
export function readDtrussLine(line: string): DtrussLine | null {
  const head = headPattern.exec(line);
  if (head === null) return null;
  const [, pid, tid, name = ''] = head;
  const tail = tailPattern.exec(line);
  const closing = tail?.index ?? -1;
  if (tail === null || closing < head[0].length) return null;
  return {
    pid: pid === undefined ? null : Number(pid),
    tid: tid === undefined ? null : Number(tid),
    name,
    given: splitGiven(line.slice(head[0].length, closing)),
    result: readResult(tail[1] ?? '', Number(tail[2])),
  };
}

export interface DtrussColumns {
  readonly ids: boolean;
  readonly relative: boolean;
  readonly elapsed: boolean;
}

/** The line above the columns; null for anything else. */
export function readDtrussHeader(line: string): DtrussColumns | null {
  const header = headerPattern.exec(line);
  if (header === null) return null;
  const [, ids, relative, elapsed] = header;
  return { ids: ids !== undefined, relative: relative !== undefined, elapsed: elapsed !== undefined };
}

/** Commas between quotes belong to the text. */
function splitGiven(text: string): string[] {
  return [...text.matchAll(argumentPattern)].map((match) => match[0].trim()).filter((each) => each !== '');
}

/**
 * dtruss prints `(int)arg0` and errno. The second says something only beside -1: a call that went well leaves there
 * what an earlier one put.
 */
function readResult(value: string, errno: number): CallResult {
  const number = Number(value);
  if (number >= 0 || errno <= 0) return { ok: true, value: number };
  return { ok: false, errno: errnoName('darwin', errno) };
}

const headPattern =
  /^\s*(?:(\d{1,9})\/(0x[0-9a-fA-F]{1,12}|\d{1,12}):\s+)?(?:\d{1,15}:?\s+){0,3}([a-zA-Z_]\w{0,63})(?:\$[A-Z0-9]{1,20}){0,2}\(/;
/** Some versions leave out the text before the error's number: `= -1 22`. */
const tailPattern = /\)\s*=\s*(-?\d{1,19}|0x[0-9A-Fa-f]{1,16})\s+(?:Err#)?(\d{1,9})\s*$/;
const headerPattern =
  /^\s*(PID\/(?:THRD|LWP)\s+)?(RELATIVE\s+)?(ELAPSD\s+)?(?:CPU\s+)?SYSCALL\(args\)\s*=\s*return\s*$/;
const argumentPattern = /(?:"(?:[^"\\]|\\.)*"|[^,"])+/g;
