import type { Nanos } from '../trace/ids.ts';
import { anyIpv6, isUnspecified, type PortClaim } from './blockers.ts';
import type { Socket } from './socket.ts';
import { tcpBlockers, tcpOverlaps } from './tcp-blockers.ts';

/**
 * A TCP connection of which the socket has ended, or may have nothing to do with it any more. The kernel may keep its
 * port: FIN_WAIT, LAST_ACK, TIME_WAIT.
 */
export interface LeftConnection {
  readonly claim: PortClaim;
  /** Its number in the run; of several with the same address and flags, the last one. */
  readonly socket: number;
  readonly since: Nanos;
  readonly stay: Stay;
}

/** `for-good`: for as long as the run lasts. */
type Stay = 'timed' | 'for-good';

/** Connections without a reference: nothing in a trace of calls shows how long they last. */
export class LeftConnections {
  readonly #byPort = new Map<number, Map<string, LeftConnection>>();

  add(socket: Socket, since: Nanos, stay: Stay): void {
    const { claim } = socket;
    if (claim === null) return;
    let onPort = this.#byPort.get(claim.port);
    if (onPort === undefined) this.#byPort.set(claim.port, (onPort = new Map<string, LeftConnection>()));
    // A server leaves many that are alike.
    const key = JSON.stringify(claim);
    const longest = onPort.get(key)?.stay === 'for-good' ? 'for-good' : stay;
    onPort.set(key, { claim, socket: socket.number, since, stay: longest });
  }

  /**
   * The kernel has chosen that port for it, so by then nothing that overlaps it was left: flags make no difference
   * to the search for a free port (inet_csk_find_open_port; asked of 6.18 with TIME_WAIT).
   */
  chosen(claim: PortClaim, by: Nanos): void {
    const onPort = this.#byPort.get(claim.port);
    if (onPort === undefined) return;
    for (const [key, { claim: left, since }] of onPort) {
      if (since <= by && tcpOverlaps(claim, left) && coversAllOf(claim, left)) onPort.delete(key);
    }
  }

  mayHold(port: number, at: Nanos): boolean {
    return this.#on(port, at).length > 0;
  }

  inTheWay(candidate: PortClaim, at: Nanos): readonly LeftConnection[] {
    return tcpBlockers(candidate, this.#on(candidate.port, at));
  }

  #on(port: number, at: Nanos): readonly LeftConnection[] {
    const onPort = this.#byPort.get(port);
    if (onPort === undefined) return [];
    for (const [key, { since, stay }] of onPort) {
      if (stay === 'timed' && at - since > longestStayNs) onPort.delete(key);
    }
    if (onPort.size === 0) this.#byPort.delete(port);
    return [...onPort.values()];
  }
}

/**
 * One that listens can have had a connection of its own, which is in TIME_WAIT now while the socket is only bound:
 * where it was shut down before it was connected or listened, and then its peer closed too (tcp_time_wait, tcp_done).
 */
export function ownConnection(candidate: Socket, asked: PortClaim, at: Nanos): readonly LeftConnection[] {
  const { claim, number } = candidate;
  if (claim === null) return [];
  return tcpBlockers(asked, [{ claim, socket: number, since: at, stay: 'timed' }]);
}

/** Of a wildcard the connections themselves have other addresses, each one of those that it stands for. */
function coversAllOf({ host, v6Only }: PortClaim, left: PortClaim): boolean {
  if (!isUnspecified(left.host)) return true;
  return (host === left.host && v6Only === left.v6Only) || (host === anyIpv6 && !v6Only);
}

/**
 * Longer than the kernel keeps a connection that nobody has any more: some 100 s of retries of its FIN
 * (tcp_orphan_retries), 60 s of FIN_WAIT2 (tcp_fin_timeout) and 60 s of TIME_WAIT.
 */
const longestStayNs = 300e9;
