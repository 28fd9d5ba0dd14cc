/**
 * Who holds a UDP port of this machine, as far as /proc tells it to this user. Looked for while no run of the
 * session exists, so that whoever is found is somebody else.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import { decodeSockaddr, formatAddress, isInet } from '../../src/trace/address.ts';
import type { InetAddress } from '../../src/trace/address.ts';
import type { PortHolder } from '../store/session-file.ts';
import type { PortPair } from './ports.ts';

/** @returns for each socket that a bind of the loopback address and one of the ports would meet */
export function lookForHolders(network: 'udp4' | 'udp6', ports: PortPair): PortHolder[] {
  const rows = [...readTable('udp', network, ports), ...readTable('udp6', network, ports)];
  const processes = rows.length === 0 ? new Map<string, number[]>() : processesByInode(rows);
  return rows.map(({ boundTo, blocks, uid, inode }) => {
    const [pid] = processes.get(inode) ?? [];
    return { blocks, boundTo, uid, pid: pid ?? null, program: pid === undefined ? null : programOf(pid) };
  });
}

export interface SocketRow {
  /** The address of ours that it is in the way of. */
  readonly blocks: string;
  readonly boundTo: string;
  readonly uid: number;
  readonly inode: string;
}

/** @param text of /proc/net/udp or /proc/net/udp6, see proc(5) */
export function blockingRows(text: string, network: 'udp4' | 'udp6', ports: PortPair): SocketRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const local = parseLocal(fields[1] ?? '');
      if (local === null || !ports.includes(local.port) || !isInTheWay(local, network)) return [];
      const ours = network === 'udp4' ? '127.0.0.1' : '[::1]';
      return [
        {
          blocks: `${ours}:${local.port}`,
          boundTo: formatAddress(local),
          uid: Number(fields[7] ?? 0),
          inode: fields[9] ?? '0',
        },
      ];
    });
}

/** `0100007F:0BB9`: 32-bit words in the byte order of the machine, the port as a number. */
function parseLocal(text: string): InetAddress | null {
  const [, host, port] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(text) ?? [];
  if (host === undefined || port === undefined) return null;
  const words = host.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const inOrder = Buffer.from(word, 'hex');
    return [...(endianness() === 'LE' ? inOrder.reverse() : inOrder)];
  });
  const network = [...Buffer.from(port, 'hex')];
  const sockaddr =
    bytes.length === 4 ? [2, 0, ...network, ...bytes] : [10, 0, ...network, 0, 0, 0, 0, ...bytes, 0, 0, 0, 0];
  const address = decodeSockaddr(Uint8Array.from(sockaddr));
  return address !== null && isInet(address) ? address : null;
}

/** `::` may be for IPv6 alone, which the table does not tell. */
function isInTheWay({ host }: InetAddress, network: 'udp4' | 'udp6'): boolean {
  const blocking =
    network === 'udp4' ? ['127.0.0.1', '0.0.0.0', '::', '::ffff:127.0.0.1', '::ffff:0.0.0.0'] : ['::1', '::'];
  return blocking.includes(host);
}

function readTable(table: 'udp' | 'udp6', network: 'udp4' | 'udp6', ports: PortPair): SocketRow[] {
  try {
    return blockingRows(readFileSync(`/proc/net/${table}`, 'latin1'), network, ports);
  } catch {
    // A machine without IPv6 has no such table.
    return [];
  }
}

/** Of other users nothing is found, unless root looks. */
function processesByInode(rows: readonly SocketRow[]): Map<string, number[]> {
  const wanted = new Map(rows.map(({ inode }) => [`socket:[${inode}]`, inode]));
  const found = new Map<string, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const targets = new Set(descriptorsOf(name));
    for (const [target, inode] of wanted) {
      if (targets.has(target)) found.set(inode, [...(found.get(inode) ?? []), Number(name)]);
    }
  }
  return found;
}

function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

/** Its name and not its command line: that may hold secrets, and sessions are made to be shown. */
function programOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return null;
  }
}
