/**
 * `check SESSION`: judges again from what was saved. `check FILE...`: judges a log of another tool. Needs no root,
 * no tracer, no Go.
 */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { HarnessError } from '../errors.ts';
import { decideExitCode, exitCodes } from '../exit-codes.ts';
import type { Judgement } from '../run/judgement.ts';
import { describeShard } from '../shards/write-shard.ts';
import { writePieces } from '../store/write.ts';
import { meansLog } from '../logs/file-set.ts';
import { checkLog } from './check-log.ts';
import type { CheckLogOptions } from './check-log.ts';
import type { CommandContext } from './context.ts';
import { judgeUntilSignal } from './judging.ts';
import { addReportOptions, openReportersFor } from './report-options.ts';

interface CheckOptions extends CheckLogOptions {
  readonly writeShard?: string;
}

export function checkCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('check')
    .description('judge a saved session again, or a log of strace, dtruss or DTrace that is there already')
    .argument(
      '<session-or-log...>',
      'directory of a session; or a log, all files of one strace -ff, - for stdin',
    )
    .addOption(
      new Option(
        '--still-open <judgement>',
        'logs: what a conflict with a socket that nothing had begun to close is (default: finding)',
      ).choices(['finding', 'note']),
    )
    .option('--write-shard <file>', 'sessions of a shard: write again what afterclose merge reads')
    .action(async (words: readonly string[], options: CheckOptions) => {
      const [session = ''] = words;
      if (await meansLog(words)) return setExitCode(await checkLog(words, options, context));
      if (options.stillOpen !== undefined) throw notForSessions();
      const directory = resolve(session);
      const reporters = await openReportersFor(options, context);
      const judgement = await judgeUntilSignal(directory);
      if (options.writeShard !== undefined) await writeShard(options.writeShard, judgement);
      const { report } = judgement;
      const told = await reporters.tell(report, directory);
      // Whoever checks was not interrupted: it is the session that is incomplete.
      const judged = report.outcome === 'interrupted' ? exitCodes.inconclusive : report.exitCode;
      setExitCode(decideExitCode([judged, told]));
    });
  return addReportOptions(command);
}

async function writeShard(file: string, judgement: Judgement): Promise<void> {
  const pieces = describeShard(judgement);
  if (pieces !== null) return writePieces(resolve(file), pieces);
  throw new HarnessError({
    what: '--write-shard was given with a session that is no shard',
    why: 'it was made without --shard, so that it is whole',
    remedy: 'leave it out',
    exitCode: exitCodes.usage,
  });
}

function notForSessions(): HarnessError {
  return new HarnessError({
    what: '--still-open was given with the directory of a session',
    why: 'the programs of a session mark what they close, so that an open socket is never a finding there',
    remedy: 'leave it out',
    exitCode: exitCodes.usage,
  });
}
