/** Leases on real ports and real locks, in a lock directory of the test's own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { leaseNamedPorts, leasePorts, machinePool } from '../../../../harness/run/ports.ts';
import type { PortLease, PortPair } from '../../../../harness/run/ports.ts';

let directory = '';
let pairs: readonly PortPair[] = [];
const sockets: Socket[] = [];
const children: ChildProcess[] = [];
const leases: PortLease[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  chmodSync(directory, 0o1777);
  pairs = [await freePair(), await freePair(), await freePair()];
});
afterEach(() => {
  for (const lease of leases.splice(0)) lease.release();
  for (const socket of sockets.splice(0)) socket.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

async function lease(): Promise<PortPair> {
  const made = await leasePorts({ pairs, directory });
  leases.push(made);
  return made.ports;
}

async function hold(type: 'udp4' | 'udp6', address: string, port: number): Promise<number> {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  sockets.push(socket);
  socket.bind({ address, port });
  await once(socket, 'listening');
  return socket.address().port;
}

/** Two that nobody had a moment ago. */
async function freePair(): Promise<PortPair> {
  const pair = [await hold('udp4', '127.0.0.1', 0), await hold('udp4', '127.0.0.1', 0)] as const;
  for (const socket of sockets.splice(0)) {
    socket.close();
    await once(socket, 'close');
  }
  return pair;
}

/** Another process of this machine that has the lock of a port, until it is killed. */
async function leaseElsewhere(port: number): Promise<ChildProcess> {
  const file = join(directory, `afterclose-port-${port}.lock`);
  const script = 'exec 0<>"$1" && flock -x 0 && echo held && exec sleep 1000';
  const child = spawn('sh', ['-c', script, 'sh', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('whoever asks at the same time gets another pair, and what is given back is had again', async () => {
  const [first, second] = await Promise.all([lease(), lease()]);
  expect([first, second]).toEqual([pairs[0], pairs[1]]);
  leases.shift()?.release();
  expect(await lease()).toEqual(pairs[0]);
});

test('nothing is left behind', async () => {
  await lease();
  expect(readdirSync(directory)).toHaveLength(2);
  const [made] = leases;
  made?.release();
  made?.release();
  expect(readdirSync(directory)).toEqual([]);
});

test('a pair of which another process has one port is passed over until that process is gone', async () => {
  const other = await leaseElsewhere(pairs[0]?.[1] ?? 0);
  expect(await lease()).toEqual(pairs[1]);
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(await lease()).toEqual(pairs[0]);
});

test.each([
  ['udp4', '127.0.0.1', 0],
  ['udp4', '0.0.0.0', 1],
  ['udp6', '::1', 0],
  ['udp6', '::', 1],
] as const)('a port that somebody holds at %s %s is passed over', async (type, address, which) => {
  await hold(type, address, pairs[0]?.[which] ?? 0);
  expect(await lease()).toEqual(pairs[1]);
  // Its lease went back: a session may still ask for it by name.
  expect(readdirSync(directory)).toHaveLength(2);
});

test('all taken is an error that counts by whom', async () => {
  await leaseElsewhere(pairs[0]?.[0] ?? 0);
  await hold('udp4', '127.0.0.1', pairs[1]?.[0] ?? 0);
  await lease();
  await expect(lease()).rejects.toMatchObject({
    what: 'no ports are free for this session',
    why: 'of 3 pairs of ports, other sessions have 2, and 1 are held by other programs',
    exitCode: 3,
  });
});

describe('a pair that was named', () => {
  const named = (ports: PortPair) => leaseNamedPorts(ports, directory);

  test('is had even where somebody holds it, and then is nobody else’s', async () => {
    const [first = [1, 2] as const] = pairs;
    await hold('udp4', '127.0.0.1', first[0]);
    leases.push(await named(first));
    expect(await lease()).toEqual(pairs[1]);
  });

  test('is refused where another session has one of its ports', async () => {
    const [a] = await lease();
    await expect(named([pairs[2]?.[0] ?? 0, a])).rejects.toThrow(HarnessError);
    expect(readdirSync(directory)).toHaveLength(2);
  });
});

describe('the pool of the machine', () => {
  test.each<PortPair>([
    [32_768, 60_999],
    [1024, 60_999],
    [10_000, 23_050],
    [23_003, 65_535],
  ])('has no port from %i to %i', (low, high) => {
    const { pairs: pool } = machinePool([low, high]);
    expect(pool.length).toBeGreaterThan(0);
    const ports = pool.flat();
    expect(ports.filter((port) => port >= low && port <= high)).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports.every((port) => port > 1023 && port < 65_536)).toBe(true);
  });

  test('is empty where every port may be an ephemeral one', async () => {
    const pool = machinePool([1024, 65_535]);
    expect(pool.pairs).toEqual([]);
    await expect(leasePorts({ ...pool, directory })).rejects.toThrow('no ports are free');
  });
});
