/** Bytes in chunks of any size to lines, as stretches of bytes: no text is made of what no rule reads. */

/** The line is `bytes[start]` to `bytes[end - 1]`, without its newline; valid only during the call. */
export type LineReader = (bytes: Uint8Array, start: number, end: number) => void;

export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Reads what stands after the last newline, if anything, with `readRest`. */
  end(readRest: LineReader): void;
}

/** Longer lines are cut to this: DTrace writes none, and a file without newlines must not fill memory. */
export const longestLine = 16_384;

const newline = 0x0a;

/** @param longest bytes of a line; what goes beyond is cut off */
export function createLineSplitter(readLine: LineReader, longest = longestLine): LineSplitter {
  let carried: Uint8Array = new Uint8Array(0);

  function read(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    reader(bytes, start, Math.min(end, start + longest));
  }

  return {
    push(chunk) {
      let start = 0;
      if (carried.length > 0) {
        const first = chunk.indexOf(newline);
        carried = join(carried, chunk.subarray(0, first < 0 ? chunk.length : first), longest);
        if (first < 0) return;
        read(readLine, carried, 0, carried.length);
        start = first + 1;
      }
      for (let end = chunk.indexOf(newline, start); end >= 0; end = chunk.indexOf(newline, start)) {
        read(readLine, chunk, start, end);
        start = end + 1;
      }
      carried = join(new Uint8Array(0), chunk.subarray(start), longest);
    },
    end(readRest) {
      if (carried.length > 0) read(readRest, carried, 0, carried.length);
      carried = new Uint8Array(0);
    },
  };
}

/** A copy, at most one byte longer than the longest line, so that a cut one is still seen to be too long. */
function join(head: Uint8Array, tail: Uint8Array, longest: number): Uint8Array {
  const kept = tail.subarray(0, Math.max(0, longest + 1 - head.length));
  const joined = new Uint8Array(head.length + kept.length);
  joined.set(head);
  joined.set(kept, head.length);
  return joined;
}
