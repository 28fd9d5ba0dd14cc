/** Bytes in any pieces to whole records: each says its own size in its first two bytes. */
import { headSize, magic } from './layout.ts';

export interface RecordSplitter {
  push(piece: Uint8Array): void;
  /** Bytes that are left over at the end, and why no more records could be made of them. */
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

  function take(bytes: Uint8Array): number {
    let at = 0;
    if (!isBegun) {
      if (bytes.length < magic.length) return 0;
      if (magic.some((byte, index) => bytes[index] !== byte)) {
        isUnreadable = true;
        return 0;
      }
      isBegun = true;
      at = magic.length;
    }
    while (at + 2 <= bytes.length) {
      const size = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
      if (size < headSize) {
        isUnreadable = true;
        break;
      }
      if (at + size > bytes.length) break;
      onRecord(new DataView(bytes.buffer, bytes.byteOffset + at, size));
      at += size;
    }
    return at;
  }

  return {
    push(piece) {
      if (isUnreadable) {
        left += piece.length;
        return;
      }
      const bytes = held.length === 0 ? piece : joined(held, piece);
      held = bytes.slice(take(bytes));
      if (isUnreadable) left = held.length;
    },
    end: () => ({ left: isUnreadable ? left : held.length, isUnreadable }),
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
