/**
 * Which bound TCP sockets block a bind or a listen (inet_csk_bind_conflict and inet_csk_get_port, Linux 6.x).
 * Unlike UDP's this is a test of pairs, so the order does not matter; but the kernel skips it where the port's
 * bucket says that it need not look.
 */
import {
  anyIpv4,
  anyIpv6,
  ipv4Equivalent,
  isIpv4,
  isUnspecified,
  overlaps,
  sharePort,
  slotOf,
  type PortClaim,
} from './blockers.ts';

/** @returns those that block, newest first; empty: it succeeds */
export function tcpBlockers<Bound extends { readonly claim: PortClaim }>(
  candidate: PortClaim,
  bound: readonly Bound[],
): Bound[] {
  return bound.filter(({ claim }) => tcpBlocks(candidate, claim)).reverse();
}

export function tcpBlocks(candidate: PortClaim, holder: PortClaim): boolean {
  return tcpOverlaps(candidate, holder) && !getAlong(candidate, holder);
}

/** SO_REUSEADDR helps if both have it and the other does not listen; whether the candidate does makes no difference. */
function getAlong(candidate: PortClaim, holder: PortClaim): boolean {
  if (candidate.reuseAddress && holder.reuseAddress && !holder.listening) return true;
  return sharePort(candidate, holder);
}

/**
 * A wildcard is compared with every socket on the port, as UDP does it. Any other address is looked up by its hash:
 * with those bound to the same address and those bound to a wildcard (inet_use_bhash2_on_bind).
 */
export function tcpOverlaps(candidate: PortClaim, holder: PortClaim): boolean {
  if (isUnspecified(candidate.host)) return overlaps(candidate, holder);
  if (candidate.port !== holder.port) return false;
  if (candidate.device !== null && holder.device !== null && candidate.device !== holder.device) return false;
  if (isIpv4(candidate) && holder.v6Only) return false;
  if (!isUnspecified(holder.host)) return slotOf(candidate.host) === slotOf(holder.host);
  return holder.host === anyIpv6 || isIpv4(candidate);
}

/**
 * inet_bind_bucket: what the kernel remembers of SO_REUSEPORT from those that have bound a port, as long as one of
 * them is left. Its other memory, of SO_REUSEADDR and of who was first, has no effect on Linux 6.18: when it is
 * written (inet_csk_update_fastreuse) the newcomer is on the port's list already, so nobody is ever first. Asked of
 * the kernel: a holder that has cleared SO_REUSEADDR blocks, and one that has cleared SO_REUSEPORT lets through only
 * what its address covers.
 */
export class BindBucket {
  #fast: PortClaim | null = null;
  /** False: who was there when somebody joined is not certain, so neither is what it remembers. */
  isKnown = true;

  /** Whether a bind or listen is let through without a look at the others (sk_reuseport_match). */
  letsThrough(candidate: PortClaim): boolean {
    const fast = this.#fast;
    if (fast === null || !candidate.reusePort || fast.owner !== candidate.owner) return false;
    return matchesFast(fast, candidate);
  }

  /** A bind or listen has succeeded. */
  joined(claim: PortClaim): void {
    if (!claim.reusePort) this.#fast = null;
    else if (!this.letsThrough(claim)) this.#fast = claim;
  }
}

/** ipv6_rcv_saddr_equal, ipv4_rcv_saddr_equal: of the two only the remembered address may cover the other. */
function matchesFast(fast: PortClaim, candidate: PortClaim): boolean {
  const areIpv4 = isIpv4(fast) && isIpv4(candidate);
  if (fast.family === 'inet6' && !areIpv4) {
    if (fast.host !== anyIpv6) return fast.host === candidate.host;
    return candidate.host === anyIpv6 || !(fast.v6Only && isIpv4(candidate));
  }
  // Any other IPv6 address makes it V6ONLY before it is compared (__inet6_bind).
  const hasIpv4 = isIpv4(candidate) || (candidate.host === anyIpv6 && !candidate.v6Only);
  if (!hasIpv4) return false;
  const remembered = ipv4Equivalent(fast);
  return remembered === anyIpv4 || remembered === ipv4Equivalent(candidate);
}
