/**
 * The two ports of a session whose runs share the ports of the machine: leased, so that sessions side by side
 * do not meet, and tried, so that nobody else has them.
 */
import { closeSync, readFileSync, rmSync } from 'node:fs';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { tryFileLock } from './file-lock.ts';
import { throwIfInterrupted } from './interruption.ts';
import { lockDirectory } from './lock-notices.ts';
import { portLeaseMutex } from './locks.ts';
import { isPortFree } from './port-probe.ts';

export type PortPair = readonly [number, number];

export interface PortLease {
  readonly ports: PortPair;
  /** Idempotent. The end of this process, however it comes, releases it too. */
  release(): void;
}

export interface PortPool {
  readonly pairs: readonly PortPair[];
  /** Where the locks are; only tests use another one than the machine's own. */
  readonly directory: string;
}

/**
 * The first pair that nobody has.
 * @throws HarnessError (environment) where all of them are taken
 */
export async function leasePorts(pool: PortPool = machinePool()): Promise<PortLease> {
  return portLeaseMutex.runExclusive(async () => {
    let leased = 0;
    for (const ports of pool.pairs) {
      const lease = await tryLease(ports, pool.directory);
      if (lease === null) {
        leased++;
        continue;
      }
      const free = await Promise.all(ports.map(isPortFree));
      if (free.every(Boolean)) return lease;
      lease.release();
    }
    throw allTaken(pool.pairs.length, leased);
  });
}

/**
 * This pair, whoever else holds it, but not one of another session.
 * @throws HarnessError (environment) where another session has one of them
 */
export async function leaseNamedPorts(
  ports: PortPair,
  directory: string = lockDirectory(),
): Promise<PortLease> {
  const lease = await portLeaseMutex.runExclusive(() => tryLease(ports, directory));
  if (lease !== null) return lease;
  throw new HarnessError({
    what: `the ports ${ports.join(' and ')} can not be used`,
    why: 'another session of afterclose has leased one of them, and each would disturb the other',
    remedy: 'wait for its end, name others with --ports, or leave --ports out',
    exitCode: exitCodes.environment,
  });
}

/** Outside the range that the kernel draws ephemeral ports from, so that no client gets one by chance. */
export function machinePool(range: PortPair = ephemeralRange()): PortPool {
  const [low, high] = range;
  const pairs = Array.from({ length: mostPairs }, (_, n): PortPair => [
    firstPort + 2 * n,
    firstPort + 2 * n + 1,
  ]);
  const isOutside = (port: number) => port < low || port > high;
  const above = Array.from({ length: mostPairs }, (_, n): PortPair => [
    lastPort - 2 * n - 1,
    lastPort - 2 * n,
  ]);
  const outside = [...pairs, ...above].filter((pair) => pair.every(isOutside)).slice(0, mostPairs);
  return { pairs: outside, directory: lockDirectory() };
}

const mostPairs = 64;
/** Few programs are known to use ports from here on. */
const firstPort = 23_001;
const lastPort = 65_535;

function ephemeralRange(): PortPair {
  const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const [low = 32_768, high = 60_999] = text.trim().split(/\s+/).map(Number);
  return [low, high];
}

/** A lock for each port and not for each pair: pairs that were named may overlap. */
async function tryLease(ports: PortPair, directory: string): Promise<PortLease | null> {
  const held: { readonly path: string; readonly descriptor: number }[] = [];
  const release = () => {
    for (const { path, descriptor } of held.splice(0)) {
      removeIfOurs(path);
      closeSync(descriptor);
    }
  };
  try {
    for (const port of ports) {
      throwIfInterrupted(activity);
      const path = `${directory}/afterclose-port-${port}.lock`;
      const descriptor = await tryFileLock({
        path,
        kind: 'exclusive',
        purpose: `leases port ${port} to one session`,
        activity,
      });
      if (descriptor === null) {
        release();
        return null;
      }
      held.push({ path, descriptor });
    }
  } catch (error) {
    release();
    throw error;
  }
  return { ports, release };
}

/** While it is still locked: who waits for this file finds that it is not the one of that name any more. */
function removeIfOurs(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another user's, in a directory where only owners may remove.
  }
}

const activity = 'leasing ports';

function allTaken(pairs: number, leased: number): HarnessError {
  const held = pairs - leased;
  return new HarnessError({
    what: 'no ports are free for this session',
    why:
      pairs === 0
        ? 'every port may be drawn as an ephemeral one (net.ipv4.ip_local_port_range)'
        : `of ${pairs} pairs of ports, other sessions have ${leased}, and ${held} are held by other programs`,
    remedy:
      'wait for the other sessions, allow user namespaces (each run then has its own ports), or name a pair with --ports',
    exitCode: exitCodes.environment,
  });
}
