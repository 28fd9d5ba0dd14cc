/** Socket addresses as a bind or connect names them. */

export type SocketAddress =
  | { readonly family: 'inet'; readonly host: Ipv4; readonly port: number }
  | {
      readonly family: 'inet6';
      readonly host: Ipv6;
      readonly port: number;
      readonly scopeId: number;
    }
  /** AF_UNSPEC: connect with it dissolves the association. */
  | { readonly family: 'unspec' }
  /** AF_UNIX and all others: never compared, kept so that the trace stays whole. */
  | { readonly family: 'other'; readonly number: number };

/** Dotted decimal, e.g. `127.0.0.1`. */
export type Ipv4 = string;
/** RFC 5952 text, e.g. `::1`; IPv4-mapped addresses as `::ffff:127.0.0.1`. */
export type Ipv6 = string;

export type InetAddress = Extract<SocketAddress, { family: 'inet' | 'inet6' }>;

export function isInet(address: SocketAddress): address is InetAddress {
  return address.family === 'inet' || address.family === 'inet6';
}

/** `127.0.0.1:3001`, `[::1]:3001`, `[fe80::1%2]:3001`: the form that marks and reports use. */
export function formatAddress(address: SocketAddress): string {
  switch (address.family) {
    case 'inet':
      return `${address.host}:${address.port}`;
    case 'inet6':
      return `[${address.host}${address.scopeId === 0 ? '' : `%${address.scopeId}`}]:${address.port}`;
    case 'unspec':
      return 'unspecified';
    case 'other':
      return `address family ${address.number}`;
  }
}

/** The reverse of `formatAddress` for `127.0.0.1:3001` and `[::1]:3001`; null for anything else. */
export function parseAddress(text: string): InetAddress | null {
  return text.startsWith('[') ? parseInet6(text) : parseInet(text);
}

function parseInet6(text: string): InetAddress | null {
  const parts = /^\[([0-9a-fA-F:.]+)(?:%(\d{1,10}))?\]:(\d{1,5})$/.exec(text);
  const words = parts === null ? null : parseIpv6(parts[1] ?? '');
  const port = Number(parts?.[3]);
  if (words === null || port > 65535) return null;
  return { family: 'inet6', host: formatIpv6(words), port, scopeId: Number(parts?.[2] ?? 0) };
}

function parseInet(text: string): InetAddress | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/.exec(text);
  if (parts === null) return null;
  const [a, b, c, d, port] = [parts[1], parts[2], parts[3], parts[4], parts[5]].map(Number) as FiveNumbers;
  if (port > 65535 || a > 255 || b > 255 || c > 255 || d > 255) return null;
  return { family: 'inet', host: `${a}.${b}.${c}.${d}`, port };
}

type FiveNumbers = [number, number, number, number, number];

/**
 * A sockaddr as the kernel lays it out (Linux): 16-bit family in host order, then network order.
 * @param bytes what the tracer copied from user memory, at most the length given to the call
 * @returns null where the bytes are too short for their own family
 */
export function decodeSockaddr(
  bytes: Uint8Array,
  byteOrder: 'little' | 'big' = 'little',
): SocketAddress | null {
  if (bytes.length < 2) return null;
  const family = byteOrder === 'little' ? word(bytes, 1, 0) : word(bytes, 0, 1);
  if (family === 0) return { family: 'unspec' };
  const port = word(bytes, 2, 3);
  if (family === 2) {
    if (bytes.length < 8) return null;
    return { family: 'inet', host: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port };
  }
  if (family === 10) {
    if (bytes.length < 24) return null;
    const words = Array.from({ length: 8 }, (_, index) => word(bytes, 8 + 2 * index, 9 + 2 * index));
    // SIN6_LEN_RFC2133: the scope id may be left out.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const scopeId = bytes.length < 28 ? 0 : view.getUint32(24, byteOrder === 'little');
    return { family: 'inet6', host: formatIpv6(words), port, scopeId };
  }
  return { family: 'other', number: family };
}

/** 16 bits; what is not there is 0. */
function word(bytes: Uint8Array, high: number, low: number): number {
  return 256 * (bytes[high] ?? 0) + (bytes[low] ?? 0);
}

/** The address of a bind: there AF_UNSPEC stands for AF_INET if the rest names the wildcard (inet_bind). */
export function decodeBindSockaddr(bytes: Uint8Array): SocketAddress | null {
  const address = decodeSockaddr(bytes);
  if (address?.family !== 'unspec' || bytes.length < 8) return address;
  return decodeSockaddr(Uint8Array.of(2, 0, ...bytes.subarray(2)));
}

/** RFC 5952: lower case, longest run of zero words shortened, IPv4-mapped in mixed notation. */
function formatIpv6(words: readonly number[]): Ipv6 {
  const [a = 0, b = 0] = words.slice(6);
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
    return `::ffff:${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
  }
  const run = longestZeroRun(words);
  const hex = words.map((word) => word.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (start + length < words.length && words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function parseIpv6(text: string): number[] | null {
  // A dotted part may only stand last.
  if (/\..*:/.test(text)) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseWords(halves[0] ?? '');
  const tail = halves.length === 2 ? parseWords(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseWords(text: string): number[] | null {
  if (text === '') return [];
  const words: number[] = [];
  for (const part of text.split(':')) {
    const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part)?.slice(1).map(Number);
    if (octets) {
      const [a = 0, b = 0, c = 0, d = 0] = octets;
      if (octets.some((octet) => octet > 255)) return null;
      words.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) words.push(parseInt(part, 16));
    else return null;
  }
  return words;
}
