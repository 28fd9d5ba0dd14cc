/** `check FILE...`: judges a log that somebody already has, from a file, several files of one log, or stdin. */
import { escapeJson } from '../../src/report/escape.ts';
import type { LogRules } from '../../src/verdict/log-run.ts';
import { logDocumentSchema } from '../logs/document.ts';
import { judgeLog } from '../logs/judgement.ts';
import { renderLogText } from '../logs/text.ts';
import { wantsColor } from '../output/sink.ts';
import { interruptedBy, interruption } from '../run/interruption.ts';
import type { CommandContext } from './context.ts';
import { colorChoice, commandLine, type CommonOptions } from './options.ts';

export interface CheckLogOptions extends CommonOptions {
  readonly stillOpen?: LogRules['stillOpen'];
}

/** @returns the exit code */
export async function checkLog(
  words: readonly string[],
  options: CheckLogOptions,
  context: CommandContext,
): Promise<number> {
  // Nothing is kept that a signal could spoil.
  const end = (): void => {
    process.stderr.write(`afterclose: ended by ${interruptedBy() ?? 'a signal'} while reading the log\n`);
    process.exit();
  };
  interruption.addEventListener('abort', end);
  const command = commandLine(context.words);
  const document = await judgeLog({ words, stillOpen: options.stillOpen ?? 'finding', command });
  interruption.removeEventListener('abort', end);
  const text =
    options.json === true
      ? `${escapeJson(JSON.stringify(logDocumentSchema.parse(document), null, 2))}\n`
      : renderLogText(document, {
          width: process.stdout.isTTY ? process.stdout.columns : plainWidth,
          color: wantsColor(colorChoice(options), process.env, process.stdout.isTTY),
          detail: options.verbose === true ? 'full' : 'brief',
        });
  await context.stdout.write(text);
  return document.exitCode;
}

/** Without a terminal. */
const plainWidth = 100;
