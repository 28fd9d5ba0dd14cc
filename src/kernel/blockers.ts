/**
 * Which bound UDP sockets block a bind. This is the kernel's own walk over the sockets of one port
 * (udp_lib_lport_inuse and inet_rcv_saddr_equal, Linux 6.x), not a test of pairs: it goes from the newest
 * binding to the oldest and a matching SO_REUSEPORT socket of the same owner ends it with success, whatever
 * an older socket behind it would have said. test/live/bind-table.test.ts asks the kernel.
 */

/** What the kernel compares, of the socket that binds and of those that are bound. */
export interface PortClaim {
  /** The bound local address: dotted IPv4, or RFC 5952 IPv6 (mapped: `::ffff:1.2.3.4`). */
  readonly host: string;
  readonly port: number;
  readonly family: 'inet' | 'inet6';
  readonly v6Only: boolean;
  /** The flags as they are at the moment of the bind, not as they were when the holder was bound. */
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  /** fsuid at socket(2) or by fchown; null: that of the run's first process. */
  readonly owner: number | null;
  /** SO_BINDTODEVICE or the scope of a link-local bind; null: any. */
  readonly device: string | null;
}

/**
 * @param bound in the order in which they were bound, oldest first
 * @returns those that block, newest first; empty: the bind succeeds. A socket is a blocker if the bind would
 * still fail for its sake after the newer blockers had gone.
 */
export function blockers<Bound extends { readonly claim: PortClaim }>(
  candidate: PortClaim,
  bound: readonly Bound[],
): Bound[] {
  const blocking: Bound[] = [];
  for (let index = bound.length - 1; index >= 0; index--) {
    const holder = bound[index];
    if (holder === undefined || !overlaps(candidate, holder.claim)) continue;
    if (candidate.reuseAddress && holder.claim.reuseAddress) continue;
    if (sharePort(candidate, holder.claim)) break;
    blocking.push(holder);
  }
  return blocking;
}

/** Same port, compatible devices, and addresses of which one covers the other; reuse flags are not looked at. */
export function overlaps(candidate: PortClaim, holder: PortClaim): boolean {
  if (candidate.port !== holder.port) return false;
  if (candidate.device !== null && holder.device !== null && candidate.device !== holder.device) return false;
  return candidate.family === 'inet6' ? ipv6Overlaps(candidate, holder) : ipv4Overlaps(candidate, holder);
}

/** Both have SO_REUSEPORT and the same owner. */
export function sharePort(candidate: PortClaim, holder: PortClaim): boolean {
  return candidate.reusePort && holder.reusePort && candidate.owner === holder.owner;
}

/** ipv4_rcv_saddr_equal: an IPv6 holder takes part with its IPv4 equivalent unless it is V6ONLY. */
function ipv4Overlaps(candidate: PortClaim, holder: PortClaim): boolean {
  if (holder.v6Only) return false;
  const a = ipv4Equivalent(candidate);
  const b = ipv4Equivalent(holder);
  return a === b || a === anyIpv4 || b === anyIpv4;
}

/** ipv6_rcv_saddr_equal, the candidate being an IPv6 socket. */
function ipv6Overlaps(candidate: PortClaim, holder: PortClaim): boolean {
  const a = addressKind(candidate);
  const b = addressKind(holder);
  if (a === 'mapped' && b === 'mapped') return ipv4Overlaps(candidate, holder);
  if (a === 'any' && b === 'any') return true;
  if (b === 'any' && !(holder.v6Only && a === 'mapped')) return true;
  if (a === 'any' && !(candidate.v6Only && b === 'mapped')) return true;
  return holder.family === 'inet6' && candidate.host === holder.host;
}

/** An IPv4 socket counts as mapped, its wildcard too: only `::` itself is `any`. */
function addressKind(claim: PortClaim): 'any' | 'mapped' | 'other' {
  if (claim.family === 'inet' || isMapped(claim.host)) return 'mapped';
  return claim.host === anyIpv6 ? 'any' : 'other';
}

const anyIpv4 = '0.0.0.0';
const anyIpv6 = '::';

/**
 * An IPv6 socket bound to an address that has no IPv4 form is given 127.0.0.6 as its IPv4 address
 * (LOOPBACK4_IPV6 in the kernel's include/net/ipv6.h): a bind of 127.0.0.6 or 0.0.0.0 on the port runs into it.
 */
const ipv4OfIpv6Only = '127.0.0.6';

function ipv4Equivalent(claim: PortClaim): string {
  if (claim.family === 'inet') return claim.host;
  if (claim.host === anyIpv6) return anyIpv4;
  return isMapped(claim.host) ? claim.host.slice('::ffff:'.length) : ipv4OfIpv6Only;
}

export function isMapped(host: string): boolean {
  return host.startsWith('::ffff:') && host.includes('.');
}

export function isWildcard(host: string): boolean {
  return host === anyIpv4 || host === anyIpv6;
}
