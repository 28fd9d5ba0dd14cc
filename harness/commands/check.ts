/** `check SESSION`: judges again from what was saved. Needs no root, no tracer, no Go. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions } from './options.ts';
import type { CommonOptions } from './options.ts';
import { judgeUntilSignal } from './judging.ts';
import { printJudgement } from './print-judgement.ts';

export function checkCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('check')
    .description('judge a saved session again, from its trace and claims')
    .argument('<session>', 'the directory of the session')
    .action(async (session: string, options: CommonOptions) => {
      const directory = resolve(session);
      const judgement = await judgeUntilSignal(directory);
      await printJudgement(judgement, { context, options, sessionPath: directory });
      const { outcome, exitCode } = judgement.report;
      // Whoever checks was not interrupted: it is the session that is incomplete.
      setExitCode(outcome === 'interrupted' ? exitCodes.inconclusive : exitCode);
    });
  return addCommonOptions(command);
}
