import type { InetAddress } from '../trace/address.ts';
import type { PortClaim } from './blockers.ts';

/** What a bind or listen asks for. */
export interface Asked {
  readonly address: InetAddress;
  /** Null: port 0, any will do. */
  readonly claim: PortClaim | null;
}
