/** `check FILE...`: judges a log that somebody already has, from a file, several files of one log, or stdin. */
import { escapeJson } from '../../src/report/escape.ts';
import type { LogRules } from '../../src/verdict/log-run.ts';
import { logDocumentSchema } from '../logs/document.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { judgeLog } from '../logs/judgement.ts';
import { renderLogText } from '../logs/text.ts';
import { wantsColor } from '../output/sink.ts';
import { interruptedBy, interruption } from '../run/interruption.ts';
import type { CommandContext } from './context.ts';
import { colorChoice, commandLine } from './options.ts';
import type { ReportOptions } from './report-options.ts';

export interface CheckLogOptions extends ReportOptions {
  readonly stillOpen?: LogRules['stillOpen'];
}

/** @returns the exit code */
export async function checkLog(
  words: readonly string[],
  options: CheckLogOptions,
  context: CommandContext,
): Promise<number> {
  const asJson = wantsJson(options);
  // Nothing is kept that a signal could spoil.
  const end = (): void => {
    process.stderr.write(`afterclose: ended by ${interruptedBy() ?? 'a signal'} while reading the log\n`);
    process.exit();
  };
  interruption.addEventListener('abort', end);
  const command = commandLine(context.words);
  const document = await judgeLog({ words, stillOpen: options.stillOpen ?? 'finding', command });
  interruption.removeEventListener('abort', end);
  const text = asJson
    ? `${escapeJson(JSON.stringify(logDocumentSchema.parse(document), null, 2))}\n`
    : renderLogText(document, {
        width: process.stdout.isTTY ? process.stdout.columns : plainWidth,
        color: wantsColor(colorChoice(options), process.env, process.stdout.isTTY),
        detail: options.verbose === true ? 'full' : 'brief',
      });
  await context.stdout.write(text);
  return document.exitCode;
}

/** @throws HarnessError (usage) for reporters that tell sessions: a log has no arms and no expectation */
function wantsJson({ json, reporter = [] }: CheckLogOptions): boolean {
  const other = reporter.find(({ name, file }) => file !== null || !['terminal', 'json'].includes(name));
  if (other !== undefined) {
    throw new HarnessError({
      what: `--reporter ${other.name}${other.file === null ? '' : `=${other.file}`} was given with a log`,
      why: 'a log has no arms and no expectation, so it is told as text or as one JSON document, on standard output',
      remedy: 'leave it out, or use --json',
      exitCode: exitCodes.usage,
    });
  }
  return json === true || reporter.some(({ name }) => name === 'json');
}

/** Without a terminal. */
const plainWidth = 100;
