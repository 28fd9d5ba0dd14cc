/** Bytes in any pieces to whole records: each says its own size in its first two bytes. */
import { headSize, magic } from './layout.ts';

export interface RecordSplitter {
  push(piece: Uint8Array): void;
  /** Bytes that are left over; `isUnreadable`: they are no records, and not only the beginning of one. */
  end(): { readonly left: number; readonly isUnreadable: boolean };
}

/**
 * After a size that can not be one nothing tells where the next record begins: what follows is unreadable.
 * @param onRecord given a view that is valid during the call only
 */
export function createRecordSplitter(onRecord: (view: DataView) => void): RecordSplitter {
  let held: Uint8Array = new Uint8Array(0);
  let isBegun = false;
  let isUnreadable = false;
  let left = 0;

  return {
    push(piece) {
      if (isUnreadable) {
        left += piece.length;
        return;
      }
      const bytes = held.length === 0 ? piece : joined(held, piece);
      const start = isBegun ? 0 : readMagic(bytes);
      isBegun ||= start > 0;
      const { at, isReadable } = isBegun
        ? readRecords(bytes, start, onRecord)
        : { at: 0, isReadable: start === 0 };
      isUnreadable = !isReadable;
      held = bytes.slice(at);
      if (isUnreadable) left = held.length;
    },
    end: () => ({ left: isUnreadable ? left : held.length, isUnreadable }),
  };
}

/** @returns its length; 0 where it is not all there yet, -1 where it is something else */
function readMagic(bytes: Uint8Array): number {
  if (magic.some((byte, index) => index < bytes.length && bytes[index] !== byte)) return -1;
  return bytes.length < magic.length ? 0 : magic.length;
}

/** @returns where the first record begins that is not whole yet, or is none */
function readRecords(
  bytes: Uint8Array,
  start: number,
  onRecord: (view: DataView) => void,
): { readonly at: number; readonly isReadable: boolean } {
  let at = start;
  while (at + 2 <= bytes.length) {
    const size = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
    if (size < headSize) return { at, isReadable: false };
    if (at + size > bytes.length) break;
    onRecord(new DataView(bytes.buffer, bytes.byteOffset + at, size));
    at += size;
  }
  return { at, isReadable: true };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
