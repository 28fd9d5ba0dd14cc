/** `manual`: the manual page, made from the command line itself. */
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { readCommandTree } from '../manual/command-tree.ts';
import { manPage } from '../manual/man-page.ts';
import type { CommandContext } from './context.ts';

export function manualCommand(
  { stdout, version }: CommandContext,
  setExitCode: (code: number) => void,
  program: Command,
): Command {
  return new Command('manual')
    .description('print the manual page: afterclose manual | man -l -')
    .action(async () => {
      await stdout.write(manPage(readCommandTree(program), version));
      setExitCode(exitCodes.asExpected);
    });
}
