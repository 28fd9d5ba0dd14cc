/** Where a socket is bound, and what bind(2), connect(2) or the kernel's own choice make of it. */
import type { InetAddress } from '../trace/address.ts';
import type { Nanos, Pid } from '../trace/ids.ts';
import { isMapped, isWildcard } from './blockers.ts';

/** Null parts: the kernel chose them and nothing has told us yet. */
export interface Binding {
  host: string | null;
  port: number | null;
  /** Entry and return of what bound it; a socket is possibly bound from the entry on. */
  readonly from: Nanos;
  readonly certainFrom: Nanos;
  /** Process that bound it; null: it was bound before the trace or by accept. */
  readonly boundBy: Pid | null;
  /** bind(2) named the address or port itself: connect(AF_UNSPEC) keeps those (SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK). */
  readonly hostNamed: boolean;
  readonly portNamed: boolean;
  /** bind, listen: the port's bucket was asked; connect: TCP may share the port with other connections; accept: the listener's. */
  readonly by: 'bind' | 'connect' | 'accept';
  /** The wildcard that connect narrowed; null: not narrowed. */
  narrowedFrom: string | null;
}

/** What bind(2) makes of the address it is given. */
export function bindingOf(
  address: InetAddress,
  by: { readonly pid: Pid; readonly from: Nanos; readonly certainFrom: Nanos },
): Binding {
  return {
    host: address.host,
    port: address.port === 0 ? null : address.port,
    from: by.from,
    certainFrom: by.certainFrom,
    boundBy: by.pid,
    hostNamed: !isWildcard(address.host),
    portNamed: address.port !== 0,
    by: 'bind',
    narrowedFrom: null,
  };
}

/** A binding of the kernel's choice. */
export function unnamedBinding(
  host: string | null,
  from: Nanos,
  certainFrom: Nanos,
  by: Binding['by'] = 'bind',
): Binding {
  return {
    host,
    port: null,
    from,
    certainFrom,
    boundBy: null,
    hostNamed: false,
    portNamed: false,
    by,
    narrowedFrom: null,
  };
}

/**
 * connect(2) on a socket that is bound to a wildcard takes the source address of the route
 * (ip4_datagram_connect, tcp_v4_connect). Loopback routes have a known one; any other is unknown until
 * getsockname tells.
 */
export function sourceAddressFor(destination: InetAddress, wildcard: string): string | null {
  const host = isMapped(destination.host) ? destination.host.slice('::ffff:'.length) : destination.host;
  // To a mapped wildcard also `::` means IPv4 (__ip6_datagram_connect).
  if (/^127\./.test(host) || host === '0.0.0.0' || (host === '::' && isMapped(wildcard))) {
    return wildcard === '0.0.0.0' ? '127.0.0.1' : '::ffff:127.0.0.1';
  }
  return host === '::1' || host === '::' ? '::1' : null;
}
