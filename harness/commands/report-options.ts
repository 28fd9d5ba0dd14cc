/** `--reporter` and `--json`, for every command that ends with a report. */
import { Option, InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { renderers } from '../../src/report/index.ts';
import { chooseReporters, isReporterName, type ReporterRequest } from '../output/reporter-choice.ts';
import { openReporters, type Reporters } from '../output/reporters.ts';
import type { CommandContext } from './context.ts';
import { suggestNames } from '../nearest.ts';
import { addCommonOptions, colorChoice, type CommonOptions } from './options.ts';

export interface ReportOptions extends CommonOptions {
  readonly reporter?: readonly ReporterRequest[];
}

export function addReportOptions(command: Command): Command {
  const option = new Option(
    '--reporter <name[=file]>',
    'how the result is told, on stdout or in a file; repeatable (--json is short for --reporter json)',
  ).argParser(collectReporters);
  // Not choices(), which would refuse names with a file.
  option.argChoices = Object.keys(renderers);
  return addCommonOptions(command).addOption(option);
}

/**
 * To be called before the first run, when the command line is known to be good.
 * @throws HarnessError where two reports would go to one place, or a file can not be opened
 */
export function openReportersFor(options: ReportOptions, { stdout }: CommandContext): Promise<Reporters> {
  const asked = options.reporter ?? [];
  const json: ReporterRequest = { name: 'json', file: null };
  const isAsked = asked.some(({ name, file }) => name === json.name && file === json.file);
  const requests = options.json === true && !isAsked ? [...asked, json] : asked;
  return openReporters(chooseReporters(requests, process.env), {
    stdout,
    stdoutColumns: process.stdout.isTTY ? process.stdout.columns : null,
    stderr: process.stderr,
    environment: process.env,
    color: colorChoice(options),
    detail: options.verbose === true ? 'full' : 'brief',
  });
}

/** `junit=report.xml`, `json` */
function collectReporters(
  text: string,
  before: readonly ReporterRequest[] | undefined,
): readonly ReporterRequest[] {
  const [, name = '', file = null] = /^([^=]*)(?:=([^]*))?$/.exec(text) ?? [];
  if (!isReporterName(name)) {
    throw new InvalidArgumentError(
      `There is no such reporter: ${suggestNames(name, Object.keys(renderers))}`,
    );
  }
  if (file === '') throw new InvalidArgumentError(`Name the file, as in ${name}=FILE, or leave out the =.`);
  return [...(before ?? []), { name, file }];
}
