/**
 * `setup`: everything that `repro` and the tests need and that can be had ahead. What can not be had is one line
 * with its consequence, and no failure: the command that needs it says so again, with its own exit code.
 */
import { Command } from 'commander';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildLauncher } from '../go/build.ts';
import { listVariants } from '../go/variants.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import { setUpDtrace } from '../tracers/dtrace/setup.ts';
import { setUpEbpf } from '../tracers/ebpf/setup.ts';
import { setUpStrace } from '../tracers/strace/setup.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions, progressFor } from './options.ts';
import type { CommonOptions } from './options.ts';
import { defaultReleases, scenario } from './repro.ts';
import { buildPrograms, variantArms } from './wanted-arms.ts';

export function setupCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('setup')
    .description('fetch and build ahead what the other commands need; the second time it only looks')
    .action(async (options: CommonOptions) => {
      const progress = progressFor(options);
      const say = (line: string): void => progress.say(`setup: ${line}`);
      const { host } = context;
      for (const release of defaultReleases) {
        say(`Go: ${await setUpPrograms(release, context, say)}`);
        throwIfInterrupted('setting up');
      }
      for (const setUpTracer of [setUpEbpf, setUpDtrace, setUpStrace]) {
        say((await setUpTracer(host, say)).line);
        throwIfInterrupted('setting up');
      }
      setExitCode(exitCodes.asExpected);
    });
  return addCommonOptions(command);
}

/** @returns one line: what there is, or what is missing and what follows from that */
async function setUpPrograms(
  release: string,
  context: CommandContext,
  say: (line: string) => void,
): Promise<string> {
  try {
    const building = { host: context.host, onProgress: say };
    const variants = (await listVariants(scenario, context.host)).map(({ name }) => name);
    const wanted = await variantArms({ scenario, variants, releases: [release], tracer: null }, context.host);
    await buildLauncher(building);
    const programs = await buildPrograms(wanted, building);
    const toolchains = new Set(programs.map(({ toolchain }) => toolchain));
    return `launcher and variants are built with ${[...toolchains].join(' and ')}`;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return `${error.what}: ${error.why.trimEnd()}. Without it repro ends with exit code ${error.exitCode}: ${error.remedy}`;
  }
}
