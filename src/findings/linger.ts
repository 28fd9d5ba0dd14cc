/** Linger: a socket with a certain reference after its free point, which some call gave back later. */
import type { ReferenceLife, SocketLife } from '../kernel/ledger.ts';
import type { Nanos } from '../trace/ids.ts';
import { evidenceOf, holdersOf, isCertainAt } from './evidence.ts';
import type { Finding, FindingCode, FindingFacts, Found, LingerCause } from './finding.ts';
import type { FindingRule, RunFrame } from './rule.ts';

export const linger: FindingRule = {
  code: 'linger',
  ofSocket(life, frame) {
    return lingerLengthNs(life) > 0 && !life.endedWithProcess
      ? { found: outliving('linger', life, frame) }
      : {};
  },
};

/** From the free point to the release, else to the end of the last certain reference, ns; 0: it did not reach past it. */
export function lingerLengthNs(life: SocketLife): number {
  if (life.freePoint === null || life.certainUntil === null) return 0;
  return Math.max(0, life.certainUntil - life.freePoint.at);
}

/** Shared with leak: the two differ only in how the socket ended. */
export function outliving(code: FindingCode, life: SocketLife, frame: RunFrame): Found {
  const { freePoint } = life;
  if (freePoint === null) throw new Error('a socket without a free point can not outlive it');
  const { at, pid, tid } = freePoint;
  const left = leftAt(life, at);
  const facts: FindingFacts = {
    code,
    cause: causeOf(left, life),
    certain: life.intact,
    run: frame.run,
    address: `${life.network} ${life.address ?? '?'}`,
    at,
    pid,
    tid,
    cycle: life.cycle,
  };
  const tell = (): Finding => ({
    ...facts,
    failed: null,
    lengthNs: lingerLengthNs(life),
    holders: holdersOf(life, left, { from: at, to: at }, true),
    evidence: evidenceOf(life, left),
  });
  return { ...facts, tell };
}

/** Those that certainly were there; where only the release shows that it was held, those that may have been. */
function leftAt({ references }: SocketLife, at: Nanos): readonly ReferenceLife[] {
  const certain = references.filter((reference) => isCertainAt(reference, at));
  if (certain.length > 0) return certain;
  return references.filter(({ openedAt, goneBy }) => openedAt <= at && (goneBy === null || goneBy > at));
}

function causeOf(left: readonly ReferenceLife[], life: SocketLife): LingerCause {
  const descriptors = left.filter((reference) => reference.kind === 'descriptor');
  if (descriptors.length === 0) return 'call-in-flight';
  if (descriptors.every((reference) => reference.pid !== life.closed?.pid)) return 'other-process';
  if (descriptors.every((reference) => reference.origin === 'dup')) return 'duplicate';
  return 'descriptor-open';
}
