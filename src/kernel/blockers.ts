/**
 * Which bound UDP sockets block a bind. This is the kernel's own walk over the sockets of one port
 * (udp_lib_lport_inuse and inet_rcv_saddr_equal, Linux 6.x), not a test of pairs: a matching SO_REUSEPORT socket
 * of the same owner ends it with success, whatever a socket further on would have said. So the order decides.
 * test/live/bind-table.test.ts asks the kernel.
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
  /** Of a holder: SO_REUSEPORT as it was when it was bound, which decides its place in the walk. */
  readonly boundWithReusePort: boolean;
  /** TCP: it listens; of a candidate: it is about to. */
  readonly listening: boolean;
}

/**
 * @param bound in the order in which they were bound, oldest first
 * @returns those that block, in the order of the walk; empty: the bind succeeds. A socket is a blocker if the
 * bind would still fail for its sake after those before it had gone.
 */
export function blockers<Bound extends { readonly claim: PortClaim }>(
  candidate: PortClaim,
  bound: readonly Bound[],
): Bound[] {
  if (bound.length <= fewOnPort || isUnspecified(candidate.host)) return walk(candidate, inHashOrder(bound));
  const onPort = bound.filter(({ claim }) => claim.port === candidate.port);
  if (onPort.length <= fewOnPort) return walk(candidate, inHashOrder(onPort));
  return [slotOf(candidate.host), slotOf(anyIpv4)].flatMap((slot) =>
    walk(candidate, inHashOrder(onPort.filter(({ claim }) => slotOf(claim.host) === slot))),
  );
}

/**
 * Beyond this many on a port the kernel looks up a specific address by its second hash: first the sockets bound
 * to that address, then those bound to a wildcard, and only those (udp_lib_get_port). Its count is that of a
 * bucket, and includes other ports and namespaces that fall into it: not known here, and rare. Kernels before the
 * mend of 2026 look up a wildcard in that way too, and then let it through beside specific addresses.
 */
const fewOnPort = 10;

/** The bucket of an address in the kernel's second hash: IPv4 in IPv6 disguise is IPv4, all wildcards are one. */
export function slotOf(host: string): string {
  if (isUnspecified(host)) return anyIpv4;
  return isMapped(host) ? host.slice('::ffff:'.length) : host;
}

/**
 * Newest first, but IPv6 sockets that were bound with SO_REUSEPORT stand behind all others, oldest first
 * (sk_add_node_rcu).
 */
function inHashOrder<Bound extends { readonly claim: PortClaim }>(bound: readonly Bound[]): readonly Bound[] {
  if (bound.length < 2) return bound;
  const isLast = ({ claim }: Bound): boolean => claim.family === 'inet6' && claim.boundWithReusePort;
  return [...bound.filter((each) => !isLast(each)).reverse(), ...bound.filter(isLast)];
}

function walk<Bound extends { readonly claim: PortClaim }>(
  candidate: PortClaim,
  inOrder: readonly Bound[],
): Bound[] {
  const blocking: Bound[] = [];
  for (const holder of inOrder) {
    if (!isInTheWay(candidate, holder.claim)) continue;
    if (sharePort(candidate, holder.claim)) break;
    blocking.push(holder);
  }
  return blocking;
}

/** One that is alone on the port. */
export function blocks(candidate: PortClaim, holder: PortClaim): boolean {
  return isInTheWay(candidate, holder) && !sharePort(candidate, holder);
}

function isInTheWay(candidate: PortClaim, holder: PortClaim): boolean {
  return overlaps(candidate, holder) && !(candidate.reuseAddress && holder.reuseAddress);
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
  if (isIpv4(claim)) return 'mapped';
  return claim.host === anyIpv6 ? 'any' : 'other';
}

export const anyIpv4 = '0.0.0.0';
export const anyIpv6 = '::';

/**
 * An IPv6 socket at an address that has no IPv4 form is given 127.0.0.6 as its IPv4 address (LOOPBACK4_IPV6 in
 * the kernel's include/net/ipv6.h). A bind makes such a socket V6ONLY as well; but where a connect narrowed `::`
 * to `::1`, a bind of 127.0.0.6 or 0.0.0.0 on the port runs into it.
 */
const ipv4OfIpv6Only = '127.0.0.6';

export function ipv4Equivalent(claim: PortClaim): string {
  if (claim.family === 'inet') return claim.host;
  if (claim.host === anyIpv6) return anyIpv4;
  return isMapped(claim.host) ? claim.host.slice('::ffff:'.length) : ipv4OfIpv6Only;
}

/** IPv4 by family or in disguise; `::` is neither. */
export function isIpv4(claim: PortClaim): boolean {
  return claim.family === 'inet' || isMapped(claim.host);
}

export function isMapped(host: string): boolean {
  return host.startsWith('::ffff:') && host.includes('.');
}

/** Not an address that was named (SOCK_BINDADDR_LOCK): the mapped wildcard counts as named. */
export function isWildcard(host: string): boolean {
  return host === anyIpv4 || host === anyIpv6;
}

/** Stands for every address of a family. */
export function isUnspecified(host: string): boolean {
  return isWildcard(host) || host === '::ffff:0.0.0.0';
}
