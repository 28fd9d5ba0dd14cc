import { formatAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { Asked } from './asked-address.ts';
import { blocks, type PortClaim } from './blockers.ts';
import type { FailedBind } from './ledger.ts';
import type { PendingBind } from './port-book.ts';
import type { Thread } from './process-table.ts';
import type { Reference } from './reference.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';
import { tcpBlocks } from './tcp-blockers.ts';

/** A bind or listen came back with EADDRINUSE: who may have been in its way is settled now, what became of them later. */
export function bindFailed(
  books: RunBooks,
  thread: Thread,
  call: { readonly name: 'bind' | 'listen'; readonly fd: Fd },
  bind: PendingBind,
  event: ReturnEvent,
  asked: Asked | null,
): void {
  const { claim = null, address = null } = asked ?? {};
  books.counts.addressInUse++;
  const { socket: candidate, enteredAt } = bind;
  const { pid, tid, at: returnedAt } = event;
  const { cycle } = thread.process;
  const unknownPorts = books.ports.unknownTo(candidate, claim) !== null;
  const prediction = claim === null ? null : books.ports.predict(candidate, claim, enteredAt, returnedAt);
  const blocking = [...(prediction?.holding ?? [])];
  const held = blocking.map((socket) => holdingOf(socket, enteredAt, returnedAt));
  books.ports.afterBindsInFlight(bind, returnedAt, (others) => {
    const late = claim === null ? [] : blockersAmong(claim, candidate, others);
    const holders = [...held, ...late.map((socket) => holdingOf(socket, enteredAt, returnedAt))];
    const intact = books.doubts.isIntactSince(oldest([candidate, ...blocking, ...late]));
    const make = (): FailedBind => ({
      call: call.name,
      network: candidate.network,
      pid,
      tid,
      fd: call.fd,
      enteredAt,
      returnedAt,
      address: address === null ? null : formatAddress(address),
      cycle,
      holders: holders.flatMap((holder) => holderNow(books, holder)),
      unknownPorts,
      anyPort: address?.port === 0,
      leftConnections: (prediction?.left ?? []).map(({ socket }) => socket),
      intact,
      marksIntact: books.doubts.isWhole,
    });
    const references = holders.flatMap((holder) => holder.references);
    books.conflicts.add(references, make);
  });
}

interface Holding {
  readonly socket: Socket;
  readonly references: readonly Reference[];
  readonly boundBefore: boolean;
  readonly pastClosing: boolean;
}

function holdingOf(socket: Socket, enteredAt: Nanos, returnedAt: Nanos): Holding {
  const begun = [socket.closing?.at, socket.firstCloseAt, socket.shutDownAt];
  return {
    socket,
    references: socket.referencesWithin(enteredAt, returnedAt),
    boundBefore: (socket.binding?.certainFrom ?? Infinity) < enteredAt,
    pastClosing: begun.some((moment) => moment != null && moment <= enteredAt),
  };
}

/** As it is known when the record is handed over: a call that came back with EBADF never held anything. */
function holderNow(books: RunBooks, holding: Holding): FailedBind['holders'] {
  const references = holding.references.filter((reference) => reference.wasPossible);
  if (references.length === 0) return [];
  const { address, network } = holding.socket;
  return [{ ...holding, references, marked: address !== null && books.marks.names(network, address) }];
}

/** Each for itself: in which order binds that overlapped in time took effect is not known. */
function blockersAmong(claim: PortClaim, { network }: Socket, sockets: readonly Socket[]): Socket[] {
  const blocksIt = network === 'tcp' ? tcpBlocks : blocks;
  return sockets.filter((socket) => {
    return socket.network === network && socket.claim !== null && blocksIt(claim, socket.claim);
  });
}

function oldest(sockets: readonly Socket[]): Nanos {
  return sockets.reduce<Nanos>(
    (least, { createdAt }) => (createdAt < least ? createdAt : least),
    Infinity as Nanos,
  );
}
