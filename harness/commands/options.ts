/** What every command understands, and how option values are read. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Reading } from '../../src/statistics/claim.ts';
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

/** Where the runs find their ports, in which order they come, and where they are kept. */
export function addPlaceOptions(command: Command): Command {
  return command
    .addOption(new Option('--network <name>', 'address family').choices(['udp4', 'udp6']).default('udp4'))
    .option('--ports <pair>', 'the two ports, even if somebody holds one, as in 3001,3002', portPair)
    .option('--shared-network', 'let the runs share the ports of this machine, as where they have to')
    .option('--seed <text>', 'decides the order of the runs (default: drawn, and printed)')
    .option('--out <directory>', 'where to save the session (default: .afterclose/sessions/<id>)');
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

/** A time such as `60s`, `5m`, `1h`, in ms. */
export function durationMs(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? NaN);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It must be a time such as 60s, 5m or 1h.');
}

/** A parser of the statistics as one of an option's value. */
export function readWith<T>(read: (text: string) => Reading<T>): (text: string) => T {
  return (text) => {
    const reading = read(text);
    if (reading.kind === 'read') return reading.value;
    throw new InvalidArgumentError(`It can not be read: ${reading.why}; ${reading.remedy}.`);
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
