/** `merge DIR...`: the shards of one plan become the session that they were split from. Needs no root, no tracer, no Go. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../../src/report/report.ts';
import { findShardFiles } from '../shards/find-shard-files.ts';
import { joinSections } from '../shards/join-sections.ts';
import { mergeFiles } from '../shards/merge-files.ts';
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
  const { report, sections } = await mergeFiles(files, (index) =>
    progress.show(`reading shard file ${index + 1} of ${files.length}`),
  );
  if (options.out !== undefined) await joinSections(resolve(options.out), sections);
  progress.clear();
  return report;
}
