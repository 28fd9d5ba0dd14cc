/** Where the runs of a session find their ports: each in a network of its own, or all in that of the machine. */
import type { Progress } from '../output/progress.ts';
import { chooseNetwork } from '../run/network.ts';
import type { SessionNetwork } from '../run/network.ts';
import { nameOf } from '../run/foreign-holders.ts';
import { lookForHolders } from '../run/port-holders.ts';
import { leaseNamedPorts, leasePorts } from '../run/ports.ts';
import type { PortPair } from '../run/ports.ts';
import type { SessionRequest, UsableTracer } from '../run/session.ts';

export interface SessionPlace {
  /** Null: those that the program has by itself. */
  readonly ports: PortPair | null;
  readonly request: Pick<SessionRequest, 'network' | 'enter' | 'sharedPorts'>;
  /** Gives leased ports back. Idempotent. */
  release(): void;
}

export interface PlaceOptions {
  readonly network: 'udp4' | 'udp6';
  readonly ports?: PortPair;
  readonly sharedNetwork?: true;
}

/** What the runs need of the network: `own` commands of the user bring their ports, which nobody can lease for them. */
export type PortUse = 'two-ports' | 'own';

/**
 * @param tracers all of the session: its runs have the same network under each
 * @throws HarnessError (environment) where ports have to be shared and none can be had
 */
export async function findPlace(
  options: PlaceOptions,
  use: PortUse,
  tracers: Iterable<UsableTracer>,
  progress: Progress,
): Promise<SessionPlace> {
  const { ports = null, sharedNetwork = false } = options;
  const network: SessionNetwork = sharedNetwork
    ? { kind: 'inherited', why: '--shared-network' }
    : (withoutNetworks(tracers) ?? (await chooseNetwork()));
  if (network.kind === 'private') {
    return {
      ports,
      request: { network: 'private', enter: network.enter },
      release: () => undefined,
    };
  }
  if (use === 'own') {
    progress.say(`the runs share the ports of this machine (${network.why})`);
    return { ports: null, request: { network: 'inherited' }, release: () => undefined };
  }
  const lease = ports === null ? await leasePorts() : await leaseNamedPorts(ports);
  progress.say(`the runs share the ports ${lease.ports.join(' and ')} of this machine (${network.why})`);
  for (const holder of lookForHolders(options.network, lease.ports)) {
    progress.say(`WARNING: ${nameOf(holder)} holds ${holder.boundTo}: what meets it can not be judged`);
  }
  return {
    ports: lease.ports,
    request: { network: 'inherited', sharedPorts: lease.ports },
    release: () => {
      lease.release();
    },
  };
}

/** Null: every tracer can have them, if anybody can. */
function withoutNetworks(tracers: Iterable<UsableTracer>): SessionNetwork | null {
  for (const { tracer, ownRights } of tracers) {
    if (ownRights?.network !== 'inherited') continue;
    return {
      kind: 'inherited',
      why: `no network namespaces: ${tracer.name} has no CAP_SYS_ADMIN or no CAP_NET_ADMIN`,
    };
  }
  return null;
}
