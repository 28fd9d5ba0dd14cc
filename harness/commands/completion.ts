/** `completion SHELL`: the script that completes this command line, made from the command line itself. */
import { Argument, Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { bashCompletion } from '../manual/bash.ts';
import { readCommandTree } from '../manual/command-tree.ts';
import { fishCompletion } from '../manual/fish.ts';
import { zshCompletion } from '../manual/zsh.ts';
import type { CommandContext } from './context.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionCommand(
  { stdout }: CommandContext,
  setExitCode: (code: number) => void,
  program: Command,
): Command {
  return new Command('completion')
    .description('print the completion script of a shell: source <(afterclose completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .action(async (shell: keyof typeof shells) => {
      await stdout.write(shells[shell](readCommandTree(program)));
      setExitCode(exitCodes.asExpected);
    });
}
