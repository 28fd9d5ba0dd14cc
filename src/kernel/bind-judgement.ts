import { formatAddress, type InetAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { PortClaim } from './blockers.ts';
import type { BindJudgement } from './ledger.ts';
import type { RunBooks } from './run-books.ts';
import type { Socket } from './socket.ts';

/** To be asked before the books take note of the answer. */
export function judgeBind(
  { ports, doubts }: RunBooks,
  candidate: Socket,
  bind: {
    readonly fd: Fd;
    readonly address: InetAddress;
    readonly claim: PortClaim;
    readonly enteredAt: Nanos;
  },
  event: ReturnEvent,
): BindJudgement {
  const { fd, address, claim, enteredAt } = bind;
  const { pid, tid, at } = event;
  const { holding, gone, certain } = ports.predict(candidate, claim, enteredAt, at);
  const mayBeInTheWay = holding.length > 0 || gone.length > 0;
  const isHidden = ports.hasUnknownPort(candidate) || doubts.hasBlindSpot;
  return {
    pid,
    tid,
    fd,
    enteredAt,
    returnedAt: at,
    address: formatAddress(address),
    predicted: certain.length > 0 ? 'blocked' : mayBeInTheWay || isHidden ? 'undetermined' : 'free',
    answered: event.result.ok ? 'free' : 'blocked',
    holders: gone,
  };
}
