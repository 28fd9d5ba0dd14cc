import type { PortClaim } from './blockers.ts';
import type { Socket } from './socket.ts';
import { BindBucket } from './tcp-blockers.ts';

/** The kernel's bind buckets of TCP, one for each port that somebody is bound to. */
export class BindBuckets {
  readonly #byPort = new Map<number, BindBucket>();

  /** @param owners whoever may be bound to the port, the candidate aside */
  letsThrough(candidate: PortClaim, owners: readonly Socket[]): 'yes' | 'no' | 'perhaps' {
    const bucket = this.#byPort.get(candidate.port);
    if (bucket === undefined || owners.length === 0) return 'no';
    // Since Linux 6.18 the last that has bound the port takes the flags with it, where only connect is left.
    const isReset = owners.every((owner) => owner.binding?.by === 'connect');
    if (bucket.isKnown && !isReset) return bucket.letsThrough(candidate) ? 'yes' : 'no';
    return candidate.reusePort ? 'perhaps' : 'no';
  }

  /** A bind or listen has succeeded. */
  joined(claim: PortClaim, others: 'none' | 'some' | 'perhaps'): void {
    let bucket = this.#byPort.get(claim.port);
    if (bucket === undefined || others === 'none') {
      bucket = new BindBucket();
      this.#byPort.set(claim.port, bucket);
    }
    if (others === 'perhaps') bucket.isKnown = false;
    bucket.joined(claim);
  }

  emptied(port: number): void {
    this.#byPort.delete(port);
  }
}
