/** Traces of the agent, byte by byte as docs/ebpf-format.md says: independent of the decoder and of the agent. */

export interface RecordHead {
  readonly kind: number;
  readonly flags?: number;
  readonly pid?: number;
  readonly tid?: number;
  readonly nr?: number;
  readonly port?: number;
  readonly at: number;
}

/** A field of so many bytes. */
type Field = readonly [size: 2 | 4 | 8, value: number];

/** Fields after the head, and bytes after them. */
export function record(
  head: RecordHead,
  fields: readonly Field[] = [],
  data: Uint8Array = new Uint8Array(),
): Uint8Array {
  const { kind, flags = 0, pid = 7, tid = 7, nr = 0xffff, port = 0, at } = head;
  const size = 24 + fields.reduce((sum, [length]) => sum + length, 0) + data.length;
  const all: readonly Field[] = [
    [2, size],
    [2, kind + 256 * flags],
    [4, pid],
    [4, tid],
    [2, nr],
    [2, port],
    [8, at],
    ...fields,
  ];
  return joined([...all.map(bytesOf), data]);
}

export function trace(...records: readonly Uint8Array[]): Uint8Array {
  return joined([Uint8Array.of(0x61, 0x66, 0x63, 0x65, 0x62, 0x70, 0x66, 2), ...records]);
}

export const origin = 1_000_000;

export function begin(features = 1): Uint8Array {
  return record({ kind: 1, at: origin }, [
    [8, 0],
    [4, features],
  ]);
}

export interface Counts {
  /** By kind. */
  readonly told?: Readonly<Record<number, number>>;
  readonly dropped?: Readonly<Record<number, number>>;
  readonly notFollowed?: number;
  readonly compat?: number;
  readonly releases?: number;
  readonly skipped?: number;
}

export function end(counted: Counts = {}): Uint8Array {
  const { told = {}, dropped = {}, notFollowed = 0, compat = 0, releases = 0, skipped = 0 } = counted;
  const counts = (of: Readonly<Record<number, number>>): Field[] =>
    Array.from({ length: 12 }, (_, kind) => [8, of[kind] ?? 0]);
  return record({ kind: 11, at: origin }, [
    ...counts(told),
    ...counts(dropped),
    [8, notFollowed],
    [8, compat],
    [8, releases],
    [8, skipped],
  ]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function bytesOf([size, value]: Field): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(value), true);
  return new Uint8Array(view.buffer, 0, size);
}
