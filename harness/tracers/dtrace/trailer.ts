/** The first and the last line of a trace: the kernel it was made on, and what that kernel counted. */
import type { System } from '../errno.ts';
import type { RecordKind } from './record.ts';
import { recordKinds } from './record.ts';

export interface Header {
  readonly system: System;
  /** From Linux 6.16 sched_process_exit tells whether the thread was the last of its process. */
  readonly exitSaysLast: boolean;
}

export interface Trailer {
  readonly lines: Readonly<Record<RecordKind, number>>;
  /** System calls made by 32-bit programs. */
  readonly compatCalls: number;
}

/** `@BEGIN monotonic-ns realtime-ns target-pid kernel-release`, on macOS `darwin` for the last; null for anything else. */
export function readHeader(line: string): Header | null {
  if (/^@BEGIN \d{1,20} \d{1,20} \d{1,10} darwin$/.test(line))
    return { system: 'darwin', exitSaysLast: true };
  const release = /^@BEGIN \d{1,20} \d{1,20} \d{1,10} (\d{1,3})\.(\d{1,4})\S*$/.exec(line);
  if (release === null) return null;
  const [major, minor] = [Number(release[1]), Number(release[2])];
  return { system: 'linux', exitSaysLast: major > 6 || (major === 6 && minor >= 16) };
}

/** `@END S=1 E=2 ... compat=0`; null for anything else. */
export function readTrailer(line: string): Trailer | null {
  const counts = trailerPattern.exec(line)?.slice(1).map(Number);
  if (counts === undefined) return null;
  const at = (kind: RecordKind): number => counts[recordKinds.indexOf(kind)] ?? 0;
  const lines = { S: at('S'), E: at('E'), R: at('R'), M: at('M'), F: at('F'), C: at('C'), X: at('X') };
  return { lines: { ...lines, '!': at('!') }, compatCalls: counts[recordKinds.length] ?? 0 };
}

const trailerPattern = new RegExp(
  `^@END ${[...recordKinds, 'compat'].map((name) => `${name}=(\\d{1,15})`).join(' ')}$`,
);
