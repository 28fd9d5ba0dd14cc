/** Holders and evidence of a finding, taken from the ledger's records. */
import type { ReferenceLife, SocketView } from '../kernel/ledger.ts';
import type { Evidence, EvidenceKind, Holder } from './finding.ts';
import type { Nanos } from '../trace/ids.ts';

export function isCertainAt(reference: ReferenceLife, at: Nanos): boolean {
  const { sure, openedAt, certainUntil } = reference;
  return sure && openedAt <= at && (certainUntil === null || at < certainUntil);
}

export function isReleasedAfter({ released }: SocketView, at: Nanos): boolean {
  return released !== null && released.at > at;
}

/**
 * The references that a socket had at the moment judged (a call: `from` its entry `to` its return), certainly
 * bound then or not. The only one that is left to choose from is certain where the kernel itself says that the
 * socket was still there.
 */
export function holdersOf(
  socket: SocketView,
  references: readonly ReferenceLife[],
  judged: { readonly from: Nanos; readonly to: Nanos },
  isBound: boolean,
): Holder[] {
  const isOnlyOne = references.length === 1 && isReleasedAfter(socket, judged.to);
  return references.map((reference) => {
    return holderOf(socket, reference, isBound && (isOnlyOne || isCertainAt(reference, judged.from)));
  });
}

function holderOf(socket: SocketView, reference: ReferenceLife, certain: boolean): Holder {
  return {
    socket: socket.number,
    inode: socket.inode,
    kind: reference.kind,
    pid: reference.pid,
    fd: reference.fd,
    call: reference.call,
    openedByTid: reference.tid,
    openedAt: reference.openedAt,
    origin: reference.origin,
    certain,
    releasedBy: reference.releasedBy,
    releasedAt: socket.released?.at ?? null,
    boundTo: socket.address ?? 'an address that the trace does not tell',
    boundAt: socket.boundAt,
  };
}

export function evidenceOf(socket: SocketView, references: readonly ReferenceLife[]): Evidence[] {
  const steps: Evidence[] = [];
  const add = (
    what: EvidenceKind,
    name: string,
    moment: Pick<Evidence, 'at' | 'pid' | 'tid'> | null,
  ): void => {
    if (moment !== null)
      steps.push({ at: moment.at, pid: moment.pid, tid: moment.tid, what, fd: null, name });
  };
  const { pid, tid } = socket;
  if (socket.boundAt !== null) add('bound', 'bind', { at: socket.boundAt, pid, tid });
  add('closing', 'closing', socket.closing);
  add('closed', socket.closed?.by === 'close' ? 'close' : 'closed', socket.closed);
  add('free-point', socket.freePoint?.by === 'bind' ? 'bind' : 'done', socket.freePoint);
  if (socket.shutDownAt !== null) add('shut-down', 'shutdown', { at: socket.shutDownAt, pid, tid });
  if (socket.released !== null) add('released', 'release', socket.released);
  return [...steps, ...references.flatMap(referenceSteps)].sort((a, b) => a.at - b.at);
}

function referenceSteps(reference: ReferenceLife): Evidence[] {
  const { pid, tid, fd, releasedBy } = reference;
  const isCall = reference.kind === 'call';
  const steps: Evidence[] = [];
  const name = reference.call ?? reference.origin;
  steps.push({ at: reference.openedAt, pid, tid, what: isCall ? 'call-entered' : 'opened', fd, name });
  if (releasedBy === null) {
    if (reference.endedWithProcess && reference.certainUntil !== null) {
      steps.push({ at: reference.certainUntil, pid, tid, what: 'process-ended', fd, name: 'exit' });
    }
    return steps;
  }
  const by = { pid, tid: releasedBy.tid, fd, name: releasedBy.call };
  if (!isCall) steps.push({ ...by, at: releasedBy.enteredAt, what: 'close-entered' });
  if (releasedBy.returnedAt !== null) {
    steps.push({ ...by, at: releasedBy.returnedAt, what: isCall ? 'call-returned' : 'close-returned' });
  }
  return steps;
}
