/** What every command understands, and how option values are read. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { createProgress } from '../output/progress.ts';
import type { Progress } from '../output/progress.ts';
import type { PortPair } from '../run/ports.ts';
import type { ColorChoice } from '../output/sink.ts';

export interface CommonOptions {
  readonly json?: true;
  readonly verbose?: true;
  /** Undefined: not said. */
  readonly color?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document instead of text')
    .option('-v, --verbose', 'say more about what is done, on stderr')
    .addOption(new Option('--color', 'colour, whatever the terminal is'))
    .addOption(new Option('--no-color', 'no colour (as with NO_COLOR in the environment)'));
}

export function colorChoice(options: CommonOptions): ColorChoice {
  if (options.color === undefined) return 'unsaid';
  return options.color ? 'always' : 'never';
}

export function progressFor(options: CommonOptions): Progress {
  return createProgress(process.stderr, {
    level: options.verbose === true ? 'verbose' : 'plain',
    canRewrite: process.env['TERM'] !== 'dumb',
    now: () => performance.now(),
  });
}

/** A parser for whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Two ports, as in `3001,3002`. */
export function portPair(text: string): PortPair {
  const [, first, second] = /^(\d{1,5}),(\d{1,5})$/.exec(text) ?? [];
  const ports = [Number(first), Number(second)] as const;
  const isPort = (port: number) => port >= 1 && port <= 65_535;
  if (ports.every(isPort) && ports[0] !== ports[1]) return ports;
  throw new InvalidArgumentError('It must be two different ports from 1 to 65535, as in 3001,3002.');
}

/** Repeatable: the values in their order, each once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...new Set([...(before ?? []), value])];
}

/**
 * The command line as it could be typed again, without the places where the session was kept and told: the report
 * is the same wherever that was.
 */
export function commandLine(words: readonly string[]): string {
  const kept = words.filter(
    (word, index) =>
      !placeOptions.some(
        (option) => word === option || word.startsWith(`${option}=`) || words[index - 1] === option,
      ),
  );
  return ['afterclose', ...kept.map(quoteWord)].join(' ');
}

const placeOptions = ['--out', '--reporter'];

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
