/** Reads the agent's records where they lie, one after the other: nothing is made for a record (docs/ebpf-format.md). */
import type { SocketIdentity } from '../../../src/trace/event.ts';
import type { Nanos, Pid, Tid } from '../../../src/trace/ids.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';

/** A part of the trace in which whole records lie. */
export interface Piece {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
}

export function pieceOf(bytes: Uint8Array): Piece {
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    bytes: Buffer.from(buffer, byteOffset, byteLength),
    view: new DataView(buffer, byteOffset, byteLength),
  };
}

/** Every place is counted from the start of the record, and has to lie in it. */
export class RecordCursor {
  /** CLOCK_MONOTONIC in ns of the moment that becomes 0. */
  origin = 0;
  /** Of the whole record in bytes. */
  size = 0;
  #piece: Piece = nothing;
  #start = 0;

  moveTo(piece: Piece, start: number): void {
    this.#piece = piece;
    this.#start = start;
    this.size = piece.view.getUint16(start, true);
  }

  get kind(): number {
    return this.byte(2);
  }
  get flags(): number {
    return this.byte(3);
  }
  get pid(): Pid {
    return pid(this.uint32(4));
  }
  get tid(): Tid {
    return tid(this.uint32(8));
  }
  /** Of the system call on x86-64. */
  get nr(): number {
    return this.uint16(12);
  }
  get port(): number {
    return this.uint16(14);
  }
  get at(): Nanos {
    return this.time(16);
  }

  /** Whether the parts that all records have can be those of a record. */
  get hasHead(): boolean {
    return this.uint32(4) >= 1 && this.uint32(8) >= 1 && isTime(this.at);
  }

  byte(at: number): number {
    return this.#piece.view.getUint8(this.#start + at);
  }

  uint16(at: number): number {
    return this.#piece.view.getUint16(this.#start + at, true);
  }

  uint32(at: number): number {
    return this.#piece.view.getUint32(this.#start + at, true);
  }

  int32(at: number): number {
    return this.#piece.view.getInt32(this.#start + at, true);
  }

  /** Of 64 bits, exact up to 2^53: as nanoseconds that is 104 days, and a cookie never comes near it. */
  uint64(at: number): number {
    return this.uint32(at + 4) * 2 ** 32 + this.uint32(at);
  }

  /** ns since the origin; `isTime` says whether it can be that. */
  time(at: number): Nanos {
    return nanos(this.uint64(at) - this.origin);
  }

  /** Null: no socket stood there. */
  identity(inodeAt: number, cookieAt: number, port: number): SocketIdentity | null {
    const inode = this.uint32(inodeAt);
    const cookie = this.uint64(cookieAt);
    return inode === 0 ? null : { inode, cookie: cookie === 0 ? null : cookie, port };
  }

  /** The rest of the record. */
  bytes(from: number): Uint8Array {
    return this.#piece.bytes.subarray(this.#start + from, this.#start + this.size);
  }

  /** The rest of the record up to the first zero byte, where it has one. */
  text(from: number): string {
    const text = this.#piece.bytes.toString('utf8', this.#start + from, this.#start + this.size);
    const end = text.indexOf('\0');
    return end < 0 ? text : text.slice(0, end);
  }
}

const nothing = pieceOf(new Uint8Array(0));

export function isTime(at: number): boolean {
  return at >= 0 && at <= Number.MAX_SAFE_INTEGER;
}
