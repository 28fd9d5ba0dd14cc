/** Whether two tracers name the same holder of a bind that both saw refused. */
import type { NamedHolder, Refusal } from './bind-log.ts';

/**
 * Calls are seen a moment earlier by the one and later by the other, so that a close that was under way may have begun
 * before the bind for one of them only. Who really held the address is a possible holder for both.
 */
export function compareRefusals(a: Refusal | null, b: Refusal | null): 'same' | 'undetermined' | 'different' {
  if (a === null || b === null) return a === b ? 'same' : 'undetermined';
  // The same, but no name.
  if (a.holders.length === 0 && b.holders.length === 0) return 'undetermined';
  if (a.holders.length === 0 || b.holders.length === 0) {
    return (a.holders.length === 0 ? a : b).isOpen ? 'undetermined' : 'different';
  }
  if (!isPossibleFor(a, b) || !isPossibleFor(b, a)) return 'different';
  if (!a.holders.some((holder) => isAmong(holder, b.holders))) return 'different';
  const [ours, theirs] = [decisive(a), decisive(b)];
  const isSame = ours.length === theirs.length && ours.every((holder) => isAmong(holder, theirs));
  return isSame ? 'same' : 'undetermined';
}

/** Whatever the one is sure of. */
function isPossibleFor(a: Refusal, b: Refusal): boolean {
  return a.holders.every((holder) => !holder.certain || isAmong(holder, b.holders));
}

function decisive({ holders }: Refusal): readonly NamedHolder[] {
  const certain = holders.filter((holder) => holder.certain);
  return certain.length > 0 ? certain : holders;
}

function isAmong(holder: NamedHolder, others: readonly NamedHolder[]): boolean {
  return others.some((other) => isSameHolder(holder, other));
}

/** The same socket, held by the same reference; a tracer may leave out calls in flight beside a descriptor. */
function isSameHolder(a: NamedHolder, b: NamedHolder): boolean {
  const isSameSocket = a.boundBy?.thread === b.boundBy?.thread && a.boundBy?.number === b.boundBy?.number;
  return isSameSocket && a.references.some((name) => b.references.includes(name));
}

/** In words. */
export function refusedFor(refusal: Refusal | null): string {
  if (refusal === null || refusal.holders.length === 0) return 'nobody of the run';
  return refusal.holders.map(holderText).join(' or ');
}

function holderText({ boundBy, references, certain }: NamedHolder): string {
  const bound = boundBy === null ? 'not by a bind' : `by bind ${boundBy.number} of ${boundBy.thread}`;
  return `${certain ? '' : 'perhaps '}${references.join(' and ')} (bound ${bound})`;
}
