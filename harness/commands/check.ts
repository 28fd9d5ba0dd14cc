/**
 * `check SESSION`: judges again from what was saved. `check FILE...`: judges a log of another tool. Needs no root,
 * no tracer, no Go.
 */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { meansLog } from '../logs/file-set.ts';
import { checkLog } from './check-log.ts';
import type { CheckLogOptions } from './check-log.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions } from './options.ts';
import { judgeUntilSignal } from './judging.ts';
import { printReport } from './print-judgement.ts';

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
    .action(async (words: readonly string[], options: CheckLogOptions) => {
      const [session = ''] = words;
      if (await meansLog(words)) return setExitCode(await checkLog(words, options, context));
      if (options.stillOpen !== undefined) throw notForSessions();
      const directory = resolve(session);
      const judgement = await judgeUntilSignal(directory);
      await printReport(judgement.report, { context, options, sessionPath: directory });
      const { outcome, exitCode } = judgement.report;
      // Whoever checks was not interrupted: it is the session that is incomplete.
      setExitCode(outcome === 'interrupted' ? exitCodes.inconclusive : exitCode);
    });
  return addCommonOptions(command);
}

function notForSessions(): HarnessError {
  return new HarnessError({
    what: '--still-open was given with the directory of a session',
    why: 'the programs of a session mark what they close, so that an open socket is never a finding there',
    remedy: 'leave it out',
    exitCode: exitCodes.usage,
  });
}
