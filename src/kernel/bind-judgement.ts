import { formatAddress, type InetAddress } from '../trace/address.ts';
import type { ReturnEvent } from '../trace/event.ts';
import type { Fd, Nanos } from '../trace/ids.ts';
import type { PortClaim } from './blockers.ts';
import type { BindJudgement } from './ledger.ts';
import type { PortBook } from './port-book.ts';
import type { Socket } from './socket.ts';

/** To be asked before the books take note of the answer. */
export function judgeBind(
  ports: PortBook,
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
  const { holding, gone, impossible } = ports.predict(candidate, claim, enteredAt, at);
  const mayBeInTheWay = holding.length > 0 || gone.length > 0 || ports.hasUnknownPort(candidate);
  return {
    pid,
    tid,
    fd,
    enteredAt,
    returnedAt: at,
    address: formatAddress(address),
    predicted: impossible.length > 0 ? 'blocked' : mayBeInTheWay ? 'undetermined' : 'free',
    answered: event.result.ok ? 'free' : 'blocked',
    holders: gone,
  };
}
