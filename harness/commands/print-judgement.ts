/** A judgement on stdout, as text or as the JSON document that is also saved. */
import { json } from '../../src/report/json.ts';
import { terminal } from '../../src/report/terminal.ts';
import { wantsColor } from '../output/sink.ts';
import type { Judgement } from '../run/judgement.ts';
import type { CommandContext } from './context.ts';
import { colorChoice } from './options.ts';
import type { CommonOptions } from './options.ts';

export interface PrintRequest {
  readonly context: CommandContext;
  readonly options: CommonOptions;
  /** Where the session is stored, as it is to be told; null: nowhere as a whole. */
  readonly sessionPath: string | null;
}

export async function printReport(report: Judgement['report'], request: PrintRequest): Promise<void> {
  const { context, options, sessionPath } = request;
  const text =
    options.json === true
      ? renderReportJson(report)
      : terminal.render(report, {
          width: process.stdout.isTTY ? process.stdout.columns : plainWidth,
          color: wantsColor(colorChoice(options), process.env, process.stdout.isTTY),
          sessionPath,
          detail: options.verbose === true ? 'full' : 'brief',
        });
  await context.stdout.write(text);
}

/** The same bytes in the file and on stdout: nothing of the terminal or the place gets in. */
export function renderReportJson(report: Judgement['report']): string {
  return json.render(report, { width: plainWidth, color: false, sessionPath: null, detail: 'full' });
}

/** Without a terminal; logs are rarely narrower. */
const plainWidth = 100;
