/** A call as dtruss prints it, in the words of the trace events. */
import type { Call } from '../../../src/trace/event.ts';
import { darwinCallShape } from '../../tracers/dtrace/darwin-calls.ts';

/** Undefined: a call that moves no descriptor and no socket. */
export function enterDtruss(name: string, given: readonly string[]): Call | undefined {
  const [a0 = NaN, a1 = NaN, a2 = NaN] = given.map(readNumber);
  const call = darwinCallShape(name)?.enter(a0, a1, a2, NaN, null);
  // The address is a pointer, and what it points to is not printed.
  return call?.name === 'bind' || call?.name === 'connect' ? { ...call, address: null } : call;
}

/** Descriptors and flags are C's int; NaN where it is none, which is then no descriptor either. */
function readNumber(given: string): number {
  if (!/^(?:0x[0-9a-fA-F]{1,16}|-?\d{1,10})$/.test(given)) return NaN;
  // The low half of a 64-bit register: `0xFFFFFFFFFFFFFFFF` is -1.
  return given.startsWith('0x') ? parseInt(given.slice(2).slice(-8), 16) | 0 : Number(given);
}
