/** Shards in one file, byte for byte as they were, in their order. */
import { open } from 'node:fs/promises';
import { writePieces } from '../store/write.ts';

export interface PlacedSection {
  readonly path: string;
  /** Its number. */
  readonly shard: number;
  /** In bytes. */
  readonly from: number;
  readonly to: number;
}

/** Whole or not at all. */
export async function joinSections(out: string, sections: readonly PlacedSection[]): Promise<void> {
  await writePieces(out, piecesOf([...sections].sort((a, b) => a.shard - b.shard)));
}

async function* piecesOf(sections: readonly PlacedSection[]): AsyncIterable<Buffer> {
  for (const { path, from, to } of sections) {
    const file = await open(path, 'r');
    const pieces = file.createReadStream({ start: from, end: to - 1 });
    for await (const piece of pieces as AsyncIterable<Buffer>) yield piece;
  }
}
