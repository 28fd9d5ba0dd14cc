/** From the words of the command line to logs that are open and understood, or to an error that says why not. */
import { basename } from 'node:path';
import { escapeControls, HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { readHead } from '../tracers/strace/line.ts';
import { expandFiles, threadFiles, threadOf } from './file-set.ts';
import { openLog, type OpenLog } from './input.ts';
import { recognize, type LogFormat } from './recognition.ts';
import { macosCommand, straceCommand } from './recording-commands.ts';

export interface RecognizedLog {
  readonly format: LogFormat;
  /** More than one: the threads of one `strace -ff`. */
  readonly logs: readonly OpenLog[];
}

/** @throws HarnessError (usage) */
export async function openRecognized(words: readonly string[]): Promise<RecognizedLog> {
  const files = await expandFiles(words);
  if (files.length > mostFiles) throw tooMany(files.length);
  const opened: OpenLog[] = [];
  try {
    for (const file of files) opened.push(await openLog(file));
    // A thread that made no call that was asked for has an empty log.
    const logs = opened.length > 1 ? opened.filter(({ head }) => head.length > 0) : opened;
    const formats = logs.map(recognizeOrThrow);
    const [format] = formats;
    if (format === undefined) throw notUnderstood(files[0] ?? '', 'empty', null);
    if (logs.length > 1) checkIsOneSet(logs, formats);
    else await checkIsWholeSet(logs[0], format);
    return { format, logs };
  } catch (error) {
    for (const log of opened) log.close();
    throw error;
  }
}

function recognizeOrThrow(log: OpenLog): LogFormat {
  const recognition = recognize(log.head);
  if (recognition.known) return recognition.format;
  throw notUnderstood(log.name, recognition.seen, recognition.remedy);
}

/** Only `strace -ff` makes several files that are one log. */
function checkIsOneSet(logs: readonly OpenLog[], formats: readonly LogFormat[]): void {
  const wrong =
    logs.find(
      (log, index) => formats[index] !== 'strace' || threadOf(log.name) === null || namesThreads(log),
    ) ??
    logs.find((log, index) => logs.findIndex(({ name }) => threadOf(name) === threadOf(log.name)) !== index);
  if (wrong === undefined) return;
  throw new HarnessError({
    what: `${logs.length} files were given, and they are not one log`,
    why: `only strace -ff -o NAME makes several, NAME.PID for each thread; ${escapeControls(wrong.name)} is not of that kind`,
    remedy: 'check one log at a time',
    exitCode: exitCodes.usage,
  });
}

/** One thread's file alone tells less than nothing: what the others did is in their files. */
async function checkIsWholeSet(log: OpenLog | undefined, format: LogFormat): Promise<void> {
  if (log === undefined || format !== 'strace' || threadOf(log.name) === null || namesThreads(log)) return;
  const prefix = log.name.replace(/\.\d+(?:\.gz)?$/, '');
  const others = await threadFiles(prefix);
  if (others.length < 2) return;
  throw new HarnessError({
    what: `${escapeControls(log.name)} is the log of one thread alone`,
    why: `strace -ff made ${others.length} files that belong together: ${escapeControls(basename(prefix))}.PID`,
    remedy: `afterclose check ${escapeControls(prefix)} reads them all`,
    exitCode: exitCodes.usage,
  });
}

/** `123 close(3)` or `[pid 123] close(3)`: all threads in one file. */
function namesThreads({ head }: OpenLog): boolean {
  const lines = Buffer.from(head).toString('latin1').split('\n').slice(0, 50);
  return lines.some((line) => readHead(line).tid !== null);
}

function tooMany(count: number): HarnessError {
  return new HarnessError({
    what: `${count} files are more than can be read together`,
    why: `all of them have to be open at once, and ${mostFiles} can be`,
    remedy: `make one log of all threads: ${straceCommand}`,
    exitCode: exitCodes.usage,
  });
}

function notUnderstood(name: string, seen: string, remedy: string | null): HarnessError {
  return new HarnessError({
    what: `${escapeControls(name)} is no log that is understood`,
    why: [
      `it is ${seen}`,
      'understood are: strace (-f, -ff, -t, -tt, -ttt, -r, -T, -y, -yy), dtruss, the output of sockets.d and of the',
      "article's dtrace one-liner, each also packed with gzip; and the directory of a session",
    ].join('\n'),
    remedy: [
      remedy,
      `make a log with: ${straceCommand}`,
      `or, on macOS (untested on a real machine): ${macosCommand}`,
    ]
      .filter((line) => line !== null)
      .join('\n'),
    exitCode: exitCodes.usage,
  });
}

const mostFiles = 500;
