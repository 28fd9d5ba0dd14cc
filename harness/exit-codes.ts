/** The exit codes of every command, in one table, and the one function that decides which reason wins. */
import { constants } from 'node:os';

export const exitCodes = {
  asExpected: 0,
  /** A variant that must be clean is held. */
  unexpected: 1,
  /** The command line or a configuration file is wrong. */
  usage: 2,
  /** Nothing was traced yet: missing tool, rights, release, build failure, a named tracer that can not be used. */
  environment: 3,
  /** Doubt, a killed tracer, a full disk, a timeout, a foreign holder, only untraced evidence. */
  inconclusive: 4,
} as const;

/** For readers; the first that applies is the one. */
export const exitCodeMeanings: readonly (readonly [code: string, meaning: string])[] = [
  ['128+n', 'Ended by signal n.'],
  [String(exitCodes.usage), 'The command line or a configuration file is wrong.'],
  [
    String(exitCodes.environment),
    'Nothing was traced: a tool, a right or a Go release is missing, or a build failed.',
  ],
  [String(exitCodes.unexpected), 'Unexpected: something that must be clean is held.'],
  [String(exitCodes.inconclusive), 'Inconclusive: no proof either way, or a report could not be written.'],
  [String(exitCodes.asExpected), 'As expected: what must be held is held, what must be clean is clean.'],
];

/** 129 to 192: ended by signal n = code - 128. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return firstSignalCode + constants.signals[signal];
}

/** Of several reasons to end: signal, usage, environment, unexpected, inconclusive, as expected. */
export function decideExitCode(codes: readonly number[]): number {
  const signal = codes.find((code) => code > firstSignalCode);
  return signal ?? precedence.find((code) => codes.includes(code)) ?? exitCodes.asExpected;
}

const firstSignalCode = 128;

const precedence: readonly number[] = [
  exitCodes.usage,
  exitCodes.environment,
  exitCodes.unexpected,
  exitCodes.inconclusive,
];
