/** `list`: what there is to work with, and the sessions that were kept. Changes nothing. */
import { Command } from 'commander';
import { escapeJson } from '../../src/report/escape.ts';
import { exitCodes } from '../exit-codes.ts';
import { takeInventory } from '../inventory/take.ts';
import { renderInventory } from '../inventory/text.ts';
import { wantsColor } from '../output/sink.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import { liveTracers } from '../tracers/index.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions, colorChoice, progressFor } from './options.ts';
import type { CommonOptions } from './options.ts';

export function listCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('list')
    .description('list scenarios, variants, toolchains, tracers, and the sessions kept here')
    .action(async (options: CommonOptions) => {
      await list(context, options);
      setExitCode(exitCodes.asExpected);
    });
  return addCommonOptions(command);
}

async function list({ host, stdout, version }: CommandContext, options: CommonOptions): Promise<void> {
  const progress = progressFor(options);
  progress.show('looking at what is here');
  const inventory = await takeInventory({
    host,
    environment: process.env,
    workingDirectory: process.cwd(),
    tracers: liveTracers,
    program: `afterclose ${version}`,
  });
  throwIfInterrupted('looking at what is here');
  progress.clear();
  await stdout.write(
    options.json === true
      ? `${escapeJson(JSON.stringify(inventory, null, 2))}\n`
      : renderInventory(inventory, {
          width: process.stdout.isTTY ? process.stdout.columns : plainWidth,
          color: wantsColor(colorChoice(options), process.env, process.stdout.isTTY),
          sessions: options.verbose === true ? 'all' : 'newest',
        }),
  );
}

const plainWidth = 100;
