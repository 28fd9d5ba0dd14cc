/** `merge DIR...`: the shards of one plan become the session that they were split from. Needs no root, no tracer, no Go. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../../src/report/report.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { findShardFiles } from '../shards/find-shard-files.ts';
import { joinSections } from '../shards/join-sections.ts';
import type { PlacedSection } from '../shards/join-sections.ts';
import { ShardMerge, StrangeShard } from '../shards/merge.ts';
import { DamagedShard, readShardFile } from '../shards/read-shard-file.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions, progressFor } from './options.ts';
import type { CommonOptions } from './options.ts';
import { printReport } from './print-judgement.ts';

interface MergeOptions extends CommonOptions {
  readonly out?: string;
}

export function mergeCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('merge')
    .description('answer from all shards of a session what none of them can answer alone')
    .argument(
      '<directory-or-file...>',
      'sessions of the shards, directories that hold them, or their shard.ndjson',
    )
    .option('--out <file>', 'also write the shards together into one file, which can be merged again')
    .action(async (paths: readonly string[], options: MergeOptions) => {
      const report = await merge(paths, options);
      await printReport(report, { context, options, sessionPath: null });
      setExitCode(report.exitCode);
    });
  return addCommonOptions(command);
}

async function merge(paths: readonly string[], options: MergeOptions): Promise<Report> {
  const progress = progressFor(options);
  const files = await findShardFiles(paths.map((path) => resolve(path)));
  const merged = new ShardMerge();
  const sections: PlacedSection[] = [];
  for (const [index, path] of files.entries()) {
    progress.show(`reading shard file ${index + 1} of ${files.length}`);
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
  const report = merged.report();
  if (report === null) throw new RangeError('a file of shards has none');
  if (options.out !== undefined) await joinSections(resolve(options.out), sections);
  progress.clear();
  return report;
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof StrangeShard) {
    return new HarnessError({
      what: `${path} can not be merged with the others`,
      why: error.message,
      remedy: 'merge the shards of one pipeline alone: same command, same --seed, same machine image',
      exitCode: exitCodes.usage,
    });
  }
  if (error instanceof DamagedShard) {
    const isOther = error.kind === 'version';
    return new HarnessError({
      what: `${path} can not be merged, and nothing was`,
      why: error.message,
      remedy: isOther
        ? 'merge with the version of afterclose that made the shards (`program` in that file names it)'
        : 'take an unaltered copy of it; or leave it out, which makes the outcome inconclusive',
      exitCode: isOther ? exitCodes.usage : exitCodes.inconclusive,
    });
  }
  return error;
}
