/** Merges files of shards: all of them, or none and the reason. */
import type { Report } from '../../src/report/report.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { PlacedSection } from './join-sections.ts';
import { ShardMerge, StrangeShard } from './merge.ts';
import { DamagedShard, readShardFile } from './read-shard-file.ts';

export interface MergedShards {
  readonly report: Report;
  /** In the order in which they were read. */
  readonly sections: readonly PlacedSection[];
}

/**
 * @param files at least one
 * @param onFile told before each of them
 * @throws HarnessError where one is damaged (inconclusive), or of another version or plan (usage)
 */
export async function mergeFiles(
  files: readonly string[],
  onFile: (index: number) => void = () => undefined,
): Promise<MergedShards> {
  const merged = new ShardMerge();
  const sections: PlacedSection[] = [];
  for (const [index, path] of files.entries()) {
    onFile(index);
    try {
      await readShardFile(path, {
        begin: (header) => merged.begin(header),
        run: (line) => merged.run(line),
        end: (end, header, place) => {
          merged.end(end, header);
          sections.push({ path, shard: header.shard.index, ...place });
        },
      });
    } catch (error) {
      throw explain(error, path);
    }
  }
  return { report: merged.report(), sections };
}

function explain(error: unknown, path: string): unknown {
  const what = `${path} can not be merged, and nothing was`;
  if (error instanceof StrangeShard) {
    return new HarnessError({
      what,
      why: error.message,
      remedy: 'merge the shards of one pipeline alone: same command, same --seed, same machine image',
      exitCode: exitCodes.usage,
    });
  }
  if (error instanceof DamagedShard) {
    const isOther = error.kind === 'version';
    return new HarnessError({
      what,
      why: error.message,
      remedy: isOther
        ? 'merge with the version of afterclose that made the shards (`program` in that file names it)'
        : 'take an unaltered copy of it; or leave it out, which makes the outcome inconclusive',
      exitCode: isOther ? exitCodes.usage : exitCodes.inconclusive,
    });
  }
  return error;
}
