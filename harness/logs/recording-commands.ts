/** How to make a log that tells everything: the whole command, to be typed as it is but for the program. */
import type { Advice } from './lacks.ts';
import type { LogFormat } from './recognition.ts';

/** close_range and unshare are in none of strace's classes. */
export const straceCalls = '%desc,%network,%process,close_range,unshare';

export const straceCommand = `strace -f -ttt -T -o trace.txt -e trace=${straceCalls} PROGRAM ARGUMENTS`;
export const dtrussCommand = 'sudo dtruss -a -f PROGRAM ARGUMENTS 2> dtruss.txt';

export function recordingCommands(format: LogFormat): readonly Advice[] {
  if (format === 'strace' || format === 'dtrace') return [strace];
  return [strace, dtruss];
}

const strace: Advice = { gives: 'all of it, on Linux', command: straceCommand };
const dtruss: Advice = {
  gives: 'all that dtruss can tell (macOS; untested on a real machine): no addresses and no calls in flight',
  command: dtrussCommand,
};
