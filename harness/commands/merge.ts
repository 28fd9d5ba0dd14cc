/** `merge DIR...`: the shards of one plan become the session that they were split from. Needs no root, no tracer, no Go. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../../src/report/report.ts';
import { decideExitCode } from '../exit-codes.ts';
import { findShardFiles } from '../shards/find-shard-files.ts';
import { joinSections } from '../shards/join-sections.ts';
import { mergeFiles } from '../shards/merge-files.ts';
import type { CommandContext } from './context.ts';
import { progressFor } from './options.ts';
import { addReportOptions, openReportersFor } from './report-options.ts';
import type { ReportOptions } from './report-options.ts';

interface MergeOptions extends ReportOptions {
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
      const reporters = await openReportersFor(options, context);
      const report = await merge(paths, options);
      const told = await reporters.tell(report, null);
      setExitCode(decideExitCode([report.exitCode, told]));
    });
  return addReportOptions(command);
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
