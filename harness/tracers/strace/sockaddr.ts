/** Socket addresses as strace prints them, with names or (-X raw) with the bytes themselves. */
import { decodeSockaddr, parseAddress } from '../../../src/trace/address.ts';
import type { SocketAddress } from '../../../src/trace/address.ts';
import { splitArguments } from './arguments.ts';
import { addressFamilies } from './constants.ts';
import { readLiteral } from './literal.ts';
import { readName, readNumber } from './values.ts';

/**
 * @returns null where strace could not read it (it prints the pointer then) or the bytes are too short for their
 * family; undefined for what is no socket address
 */
export function readSockaddr(argument: string): SocketAddress | null | undefined {
  if (argument === 'NULL' || /^0x[0-9a-fA-F]{1,16}$/.test(argument)) return null;
  if (!argument.startsWith(opening)) return undefined;
  const fields = splitArguments(argument, 1);
  if (fields === null || fields.close !== argument.length - 1) return undefined;
  const [first = '', ...rest] = fields.parts;
  const family = readName(first.slice('sa_family='.length), addressFamilies);
  if (family === null) return undefined;
  const data = rest[0]?.startsWith('sa_data=') === true ? rest[0].slice('sa_data='.length) : null;
  if (family !== AF_INET && family !== AF_INET6) return decodeSockaddr(withFamily(family, ''));
  if (rest.length === 0) return null;
  if (data !== null) return readData(family, data);
  return family === AF_INET ? readInet(rest) : readInet6(rest);
}

/** Shorter than its family wants, and so printed as bytes. */
function readData(family: number, data: string): SocketAddress | null | undefined {
  const literal = readLiteral(data, 0);
  return literal === null ? undefined : decodeSockaddr(withFamily(family, literal.bytes));
}

/** `sin_port=htons(3001), sin_addr=inet_addr("127.0.0.1")` or `sin_port="\x0b\xb9", sin_addr="\x7f\x00\x00\x01"`. */
function readInet(fields: readonly string[]): SocketAddress | null | undefined {
  const port = readPort(valueOf(fields, 'sin_port='));
  const host = valueOf(fields, 'sin_addr=');
  const bytes = rawBytes(host, 4);
  if (port === null || host === null) return undefined;
  if (bytes !== null) return decodeSockaddr(withFamily(AF_INET, portBytes(port) + bytes));
  const text = host.startsWith('inet_addr(') ? readLiteral(host, 'inet_addr('.length) : null;
  return text === null ? undefined : (parseAddress(`${text.bytes}:${port}`) ?? undefined);
}

/** `sin6_port=htons(3001), sin6_flowinfo=..., inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0`, in any order. */
function readInet6(fields: readonly string[]): SocketAddress | null | undefined {
  const port = readPort(valueOf(fields, 'sin6_port='));
  const host = valueOf(fields, 'sin6_addr=') ?? valueOf(fields, 'inet_pton(AF_INET6, ');
  if (port === null || host === null) return undefined;
  const literal = readLiteral(host, 0);
  if (literal === null) return undefined;
  const bytes = rawBytes(host, 16);
  const address =
    bytes === null
      ? parseAddress(`[${literal.bytes}]:${port}`)
      : decodeSockaddr(withFamily(AF_INET6, `${portBytes(port)}\0\0\0\0${bytes}`));
  if (address?.family !== 'inet6') return undefined;
  const scope = valueOf(fields, 'sin6_scope_id=') ?? '0';
  const scopeId = readNumber(scope) ?? scopeOfInterface(scope);
  // Which interface is meant matters to the kernel for link-local addresses alone.
  if (scopeId === null) return /^fe[89ab]/.test(address.host) ? null : address;
  return { ...address, scopeId };
}

/** An interface's number is not in the log; the loopback interface is the first one of every network namespace. */
function scopeOfInterface(scope: string): number | null {
  const name = scope.startsWith('if_nametoindex(') ? readLiteral(scope, 'if_nametoindex('.length) : null;
  return name?.bytes === 'lo' ? 1 : null;
}

function readPort(value: string | null): number | null {
  if (value === null) return null;
  const bytes = rawBytes(value, 2);
  if (bytes !== null) return bytes.charCodeAt(0) * 256 + bytes.charCodeAt(1);
  const port = Number(/^htons\((\d{1,5})\)$/.exec(value)?.[1] ?? -1);
  return port >= 0 && port <= 0xffff ? port : null;
}

function valueOf(fields: readonly string[], name: string): string | null {
  return fields.find((field) => field.startsWith(name))?.slice(name.length) ?? null;
}

/** With -X raw and verbose the bytes in network order, as a string. */
function rawBytes(value: string | null, length: number): string | null {
  const literal = value?.startsWith('"') === true ? readLiteral(value, 0) : null;
  return literal?.bytes.length === length && /\\x/.test(value ?? '') ? literal.bytes : null;
}

function portBytes(port: number): string {
  return String.fromCharCode(port >> 8, port & 0xff);
}

function withFamily(family: number, rest: string): Uint8Array {
  return Buffer.from(String.fromCharCode(family & 0xff, (family >> 8) & 0xff) + rest, 'latin1');
}

const opening = '{sa_family=';
const AF_INET = 2;
const AF_INET6 = 10;
