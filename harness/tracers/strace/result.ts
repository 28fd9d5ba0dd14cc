/** What stands behind the arguments of a call: its result, and with -T how long it took. */
import type { CallResult } from '../../../src/trace/event.ts';
import { errnoName } from '../errno.ts';
import { nanosOf } from './clock.ts';
import { readNumber } from './values.ts';

export interface Answer {
  /** Null: the call never came back, since its thread ended inside it. */
  readonly result: CallResult | null;
  /** -T: from the entry to the return, ns. */
  readonly tookNs: number | null;
  /** strace put it there itself (-e inject): the kernel did nothing of the kind. */
  readonly isInjected: boolean;
}

/** @param start index behind the closing bracket of the arguments; null where no result stands there */
export function readAnswer(text: string, start: number): Answer | null {
  let from = start;
  while (text.charCodeAt(from) === blank) from++;
  if (!text.startsWith('= ', from)) return null;
  let value = text.slice(from + 2);
  let tookNs: number | null = null;
  const took = tookPattern.exec(value);
  if (took !== null) {
    value = value.slice(0, took.index);
    tookNs = took[1] === undefined ? null : nanosOf(took[1], took[2] ?? '');
  }
  const isInjected = value.endsWith(')') && injectedPattern.test(value);
  const result = readResult(value);
  return result === undefined ? null : { result, tookNs, isInjected };
}

function readResult(value: string): CallResult | null | undefined {
  if (value.startsWith('?')) {
    const restart = /^\? (ERESTART[A-Z_]*) \(/.exec(value)?.[1];
    if (restart !== undefined) return { ok: false, errno: restart };
    return value === '?' || value === '? ' ? null : undefined;
  }
  if (value.startsWith('-')) return readError(value);
  const number = readNumber(value);
  if (number !== null) return { ok: true, value: number };
  // mmap and the like: more than a double holds, and nothing that is read.
  return /^0x[0-9a-fA-F]{1,16}\b/.test(value) ? { ok: true, value: Number.MAX_SAFE_INTEGER } : undefined;
}

/** `-1 EADDRINUSE (Address already in use)`, `-1 (errno 98)`, or the kernel's own `-98`. */
function readError(value: string): CallResult | undefined {
  const [, number = '', name, unnamed] = errorPattern.exec(value) ?? [];
  if (number === '') return undefined;
  if (name !== undefined) return { ok: false, errno: name };
  return { ok: false, errno: errnoName('linux', Number(unnamed ?? number)) };
}

const blank = 0x20;
const tookPattern = / <(?:(\d{1,9})\.(\d{1,9})|unavailable)>$/;
const injectedPattern = / \((?:INJECTED|DELAYED, INJECTED)[^)]*\)/;
const errorPattern = /^-(\d{1,4})(?: (E[A-Z0-9_]+)(?: \(|$)| \(errno (\d{1,4})\)|$)/;
