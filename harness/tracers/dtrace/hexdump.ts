/**
 * The output of the article's one-liner, `bind:entry { trace(arg0); trace(copyinstr(arg1)); }`: a descriptor and
 * a hex dump of the sockaddr. copyinstr copies a string, so it stops at the first zero byte and fills up with
 * zeros: whatever stood there after it is lost, and what is lost is said.
 */
import type { Fd } from '../../../src/trace/ids.ts';
import { fd } from '../../../src/trace/ids.ts';

export interface DumpedBind {
  readonly fd: Fd;
  /** The bytes before the first zero: all that can be trusted. */
  readonly known: Uint8Array;
  /** The system's number of the address family (2: AF_INET); null where it is lost. */
  readonly family: number | null;
  /** Null where it is lost, or where the family has no port at that place. */
  readonly port: number | null;
  /** The octets of an IPv4 address that are known, e.g. `[127]`. */
  readonly host: readonly number[];
  /** One sentence on what the dump can not tell; null where all of the address is there. */
  readonly cannotTell: string | null;
}

/** `bsd` (macOS): one byte of length and one of family; `linux`: two bytes of family, one of them always zero. */
export type SockaddrLayout = 'bsd' | 'linux';

/** Total: what looks like neither a record nor a line of its dump is passed over. */
export function decodeHexDump(text: string, layout: SockaddrLayout): readonly DumpedBind[] {
  const binds: DumpedBind[] = [];
  let descriptor: number | null = null;
  let bytes: number[] = [];
  const finish = (): void => {
    if (descriptor !== null && bytes.length > 0) binds.push(toBind(descriptor, bytes, layout));
    bytes = [];
  };
  for (const line of text.split('\n')) {
    const record = recordPattern.exec(line);
    const row = rowPattern.exec(line);
    if (record !== null) {
      finish();
      descriptor = Number(record[1]);
    } else if (row !== null) bytes.push(...parseRow(row[1] ?? ''));
  }
  finish();
  return binds;
}

/** CPU, probe id, `bind:entry`, the traced descriptor. */
const recordPattern = /^\s*\d{1,6}\s+\d{1,9}\s+bind:entry\s+(\d{1,9})\s*$/;
/** Offset and 16 bytes; the characters after them are passed over. */
const rowPattern = /^\s*[0-9a-f]{1,8}: ((?:[0-9a-f]{2} ){1,16})/;

const AF_INET = 2;
const ipv4Octets = 4;

function parseRow(hex: string): number[] {
  return hex
    .trim()
    .split(' ')
    .map((byte) => parseInt(byte, 16));
}

function toBind(descriptor: number, bytes: readonly number[], layout: SockaddrLayout): DumpedBind {
  const zero = bytes.indexOf(0);
  const known = Uint8Array.from(zero < 0 ? bytes : bytes.slice(0, zero));
  const family = known[layout === 'bsd' ? 1 : 0] ?? null;
  const [high, low] = [known[2], known[3]];
  const isInet = family === AF_INET;
  const port = isInet && high !== undefined && low !== undefined ? high * 256 + low : null;
  const host = isInet ? [...known.slice(4, 4 + ipv4Octets)] : [];
  return { fd: fd(descriptor), known, family, port, host, cannotTell: sayLost(family, port, host) };
}

function sayLost(family: number | null, port: number | null, host: readonly number[]): string | null {
  const lost =
    family === null
      ? 'the family, the port and the address are'
      : family !== AF_INET
        ? 'the address is'
        : port === null
          ? 'the port and the address are'
          : host.length === 0
            ? 'the address is'
            : host.length < ipv4Octets
              ? `the address after ${host.join('.')} is`
              : null;
  return lost === null
    ? null
    : `copyinstr stopped at the first zero byte: ${lost} not known, and the zeros shown there are only filling`;
}
