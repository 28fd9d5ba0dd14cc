/** Bytes in any pieces to whole records: each says its own size in its first two bytes. */
import { headSize, magic } from './layout.ts';
import type { Piece } from './record-cursor.ts';
import { pieceOf } from './record-cursor.ts';

export interface RecordSplitter {
  push(bytes: Uint8Array): void;
  /** Bytes that are left over; `isUnreadable`: they are no records, and not only the beginning of one. */
  end(): { readonly left: number; readonly isUnreadable: boolean };
}

/** After a size that can not be one nothing tells where the next record begins: what follows is unreadable. */
export function createRecordSplitter(onRecord: (piece: Piece, start: number) => void): RecordSplitter {
  let held: Uint8Array = new Uint8Array(0);
  let isBegun = false;
  let isUnreadable = false;
  let left = 0;

  return {
    push(bytes) {
      if (isUnreadable) {
        left += bytes.length;
        return;
      }
      const piece = pieceOf(held.length === 0 ? bytes : Buffer.concat([held, bytes]));
      const start = isBegun ? 0 : readMagic(piece.bytes);
      isBegun ||= start > 0;
      const { at, isReadable } = isBegun
        ? readRecords(piece, start, onRecord)
        : { at: 0, isReadable: start === 0 };
      isUnreadable = !isReadable;
      held = piece.bytes.subarray(at);
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
  piece: Piece,
  start: number,
  onRecord: (piece: Piece, start: number) => void,
): { readonly at: number; readonly isReadable: boolean } {
  const { byteLength } = piece.view;
  let at = start;
  while (at + 2 <= byteLength) {
    const size = piece.view.getUint16(at, true);
    if (size < headSize) return { at, isReadable: false };
    if (at + size > byteLength) break;
    onRecord(piece, at);
    at += size;
  }
  return { at, isReadable: true };
}
