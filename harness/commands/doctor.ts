/** `doctor`: what of the machine is as it should be, what is not, and the way out. Changes nothing. */
import { Command } from 'commander';
import { release, type } from 'node:os';
import { escapeJson } from '../../src/report/escape.ts';
import type { Place } from '../doctor/check.ts';
import { buildDocument } from '../doctor/document.ts';
import { checks } from '../doctor/index.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { renderDoctor } from '../doctor/text.ts';
import { exitCodes } from '../exit-codes.ts';
import { wantsColor } from '../output/sink.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import type { CommandContext } from './context.ts';
import { addCommonOptions, colorChoice, progressFor } from './options.ts';
import type { CommonOptions } from './options.ts';

interface DoctorOptions extends CommonOptions {
  readonly online?: true;
}

export function doctorCommand(context: CommandContext, setExitCode: (code: number) => void): Command {
  const command = new Command('doctor')
    .description('look at this machine: what is there, what is missing, and the way out')
    .option('--online', 'also ask the Go module proxy whether it answers')
    .action(async (options: DoctorOptions) => {
      setExitCode(await look(context, options));
    });
  return addCommonOptions(command);
}

/** @returns the exit code */
async function look(context: CommandContext, options: DoctorOptions): Promise<number> {
  const progress = progressFor(options);
  progress.show('looking at the machine');
  const results = await runChecks(checks, placeOf(context, options), {
    timeoutMs,
    now: () => performance.now(),
  });
  throwIfInterrupted('the machine was looked at');
  progress.clear();
  for (const { check, tookMs } of results) progress.detail(`${check.title}: ${Math.round(tookMs)} ms`);
  const document = buildDocument(results, `afterclose ${context.version}`);
  await context.stdout.write(
    options.json === true
      ? `${escapeJson(JSON.stringify(document, null, 2))}\n`
      : renderDoctor(document, {
          width: process.stdout.isTTY ? process.stdout.columns : plainWidth,
          color: wantsColor(colorChoice(options), process.env, process.stdout.isTTY),
        }),
  );
  return document.repro === 'can-not-run' ? exitCodes.environment : exitCodes.asExpected;
}

/** More than any check needs on a busy machine: a tracer starts its own program once or twice. */
const timeoutMs = 30_000;
const plainWidth = 100;

function placeOf({ host }: CommandContext, options: DoctorOptions): Place {
  return {
    host,
    environment: process.env,
    workingDirectory: process.cwd(),
    user: { uid: process.getuid?.() ?? 0 },
    system: {
      platform: process.platform,
      type: type(),
      release: release(),
      architecture: process.arch,
      node: process.versions.node,
    },
    network: options.online === true ? 'may-ask' : 'unasked',
  };
}
