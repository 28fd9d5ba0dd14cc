/** What an IPv6 address says about the socket beside where it is bound. */
import type { InetAddress } from '../trace/address.ts';
import { isMapped, isWildcard } from './blockers.ts';

/**
 * The interface that the scope of a link-local address names, `#INDEX`; null: none. A bind takes it over before
 * it looks at the address, and the socket keeps it when the bind fails (__inet6_bind); a connect as well.
 */
export function scopeDevice(address: InetAddress): string | null {
  if (address.family !== 'inet6' || address.scopeId === 0) return null;
  return needsScope.test(address.host) ? `#${address.scopeId}` : null;
}

/** Link-local unicast, interface-local and link-local multicast (__ipv6_addr_needs_scope_id). */
const needsScope = /^(?:fe[89ab][\da-f]|ff[\da-f][12]):/;

/** Bound to an address that is neither a wildcard nor IPv4 in disguise, a socket is V6ONLY from then on. */
export function makesV6Only(address: InetAddress): boolean {
  return address.family === 'inet6' && !isWildcard(address.host) && !isMapped(address.host);
}

/** Every network namespace has its loopback interface at index 1 (LOOPBACK_IFINDEX); other names stay names. */
export function deviceNamed(name: string): string | null {
  if (name === '') return null;
  return name === 'lo' ? '#1' : name;
}

export function deviceAt(index: number): string | null {
  return index === 0 ? null : `#${index}`;
}
