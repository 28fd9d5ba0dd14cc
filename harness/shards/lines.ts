/** The lines of a file that anybody may have made: bounded in memory, and every one of them ended. */
import { openRegularFile } from '../store/regular-file.ts';

export interface Line {
  /** Without its newline; valid until the next is asked for. */
  readonly bytes: Buffer;
  /** In the file, from 0. */
  readonly from: number;
}

/** A run in which all that is kept is long takes a tenth of it. */
const longestLine = 8 * 1024 * 1024;

export class UnreadableFile extends Error {}

/**
 * Those of each piece of the file together.
 * @throws UnreadableFile where it can not be opened, where a line is longer than any, or the last has no end
 */
export async function* readLines(path: string): AsyncIterable<readonly Line[]> {
  const opened = await openRegularFile(path);
  if (opened.state === 'missing') throw new UnreadableFile('there is no such file');
  if (opened.state === 'refused') throw new UnreadableFile(opened.why);
  let carried: Buffer = Buffer.alloc(0);
  let from = 0;
  try {
    const pieces = opened.file.createReadStream({ autoClose: false, highWaterMark: pieceBytes });
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
      const lines: Line[] = [];
      let start = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        lines.push({ bytes: bytes.subarray(start, end), from: from + start });
        start = end + 1;
      }
      from += start;
      carried = Buffer.from(bytes.subarray(start));
      const longest = Math.max(carried.length, ...lines.map((line) => line.bytes.length));
      if (longest > longestLine) throw new UnreadableFile(`a line is longer than ${longestLine} bytes`);
      yield lines;
    }
    if (carried.length > 0) throw new UnreadableFile('it breaks off in the middle of a line');
  } finally {
    await opened.file.close();
  }
}

const newline = 0x0a;
const pieceBytes = 1 << 20;
