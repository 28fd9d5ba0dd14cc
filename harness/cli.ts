#!/usr/bin/env node
/** The command line: every command is a file in commands/; this one knows how all of them end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { gateCommand } from './commands/gate.ts';
import { listCommand } from './commands/list.ts';
import { manualCommand } from './commands/manual.ts';
import { mergeCommand } from './commands/merge.ts';
import { releasesCommand } from './commands/releases.ts';
import { reproCommand } from './commands/repro.ts';
import { setupCommand } from './commands/setup.ts';
import { formatError, HarnessError } from './errors.ts';
import { exitCodeOfSignal, exitCodes } from './exit-codes.ts';
import { currentHost } from './host.ts';
import { createSink } from './output/sink.ts';
import { interruptedBy, watchSignals } from './run/interruption.ts';

await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  // Registered before anything is written: a reader that went away early must not end us with a stack.
  createSink(process.stderr, 'is-borne');
  watchSignals();
  try {
    let exitCode: number = exitCodes.asExpected;
    const program = createProgram(words, (code) => (exitCode = code));
    await program.parseAsync(words, { from: 'user' });
    process.exitCode = endedBySignal() ?? exitCode;
  } catch (error) {
    const exitCode = explain(error);
    process.exitCode = endedBySignal() ?? exitCode;
  }
}

function createProgram(words: readonly string[], setExitCode: (code: number) => void): Command {
  const host = currentHost();
  const context = { host, words, stdout: createSink(process.stdout), version: readVersion(host.packageRoot) };
  const program = new Command('afterclose')
    .description('What does your program still hold after Close returned, and who?')
    .version(context.version, '-V, --version')
    .exitOverride()
    .showHelpAfterError('way out: afterclose --help lists the commands')
    .configureOutput({ outputError: (text, write) => write(`afterclose: ${text.replace(/^error: /, '')}`) });
  for (const create of [
    setupCommand,
    reproCommand,
    releasesCommand,
    compareCommand,
    gateCommand,
    mergeCommand,
    checkCommand,
    doctorCommand,
    listCommand,
  ]) {
    program.addCommand(inherit(program, create(context, setExitCode)));
  }
  // These describe the others.
  for (const create of [completionCommand, manualCommand]) {
    program.addCommand(inherit(program, create(context, setExitCode, program)));
  }
  return program;
}

/** addCommand does not hand on settings, unlike command(). */
function inherit(program: Command, command: Command): Command {
  return command
    .copyInheritedSettings(program)
    .showHelpAfterError(`way out: afterclose ${command.name()} --help lists its options`);
}

/** Usage errors were told by commander already, the rest is told here. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.asExpected : exitCodes.usage;
  process.stderr.write(`${formatError(error)}\n`);
  // A fault of our own proves nothing about the program under test.
  return error instanceof HarnessError ? error.exitCode : exitCodes.inconclusive;
}

function endedBySignal(): number | null {
  const signal = interruptedBy();
  return signal === null ? null : exitCodeOfSignal(signal);
}

function readVersion(packageRoot: string): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
