/** How to make a log that tells everything: the whole command, to be typed as it is but for the program. */
import type { Advice } from './lacks.ts';
import type { LogFormat } from './recognition.ts';

/** close_range and unshare are in none of strace's classes. */
export const straceCalls = '%desc,%network,%process,close_range,unshare';

export const straceCommand = `strace -f -ttt -T -o trace.txt -e trace=${straceCalls} PROGRAM ARGUMENTS`;
export const macosCommand =
  "sudo dtrace -o trace.txt -s harness/tracers/dtrace/sockets-darwin.d -c 'PROGRAM ARGUMENTS'";

export function recordingCommands(format: LogFormat): readonly Advice[] {
  return format === 'strace' || format === 'dtrace' ? [strace] : [strace, macos];
}

const strace: Advice = { gives: 'all of it, on Linux', command: straceCommand };
const macos: Advice = {
  gives: 'addresses and calls in flight, on macOS (untested on a real machine)',
  command: macosCommand,
};
