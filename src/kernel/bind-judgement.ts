import { formatAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { Asked } from './asked-address.ts';
import type { BindJudgement } from './ledger.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

/** To be asked before the books take note of the answer. */
export function judgeBind(
  { ports, doubts }: RunBooks,
  candidate: Socket,
  bind: {
    readonly call: 'bind' | 'listen';
    readonly fd: Fd;
    readonly asked: Asked;
    readonly enteredAt: Nanos;
  },
  event: ReturnEvent,
): BindJudgement {
  const { call, fd, asked, enteredAt } = bind;
  const { pid, tid, at } = event;
  const told = {
    call,
    network: candidate.network,
    socket: candidate.number,
    pid,
    tid,
    fd,
    enteredAt,
    returnedAt: at,
    address: formatAddress(asked.address),
    answered: event.result.ok ? ('free' as const) : ('blocked' as const),
  };
  // Port 0: of tens of thousands the kernel takes one that is free.
  if (asked.claim === null) return { ...told, predicted: 'free', holders: [] };
  const { holding, gone, certain, left } = ports.predict(candidate, asked.claim, enteredAt, at);
  const mayBeInTheWay = holding.length > 0 || gone.length > 0 || left.length > 0;
  const isHidden = ports.mayMeetUnknown(candidate, asked.claim) || doubts.mayHideAnything;
  const open = mayBeInTheWay || isHidden ? 'undetermined' : 'free';
  return { ...told, predicted: certain.length > 0 ? 'blocked' : open, holders: gone };
}
