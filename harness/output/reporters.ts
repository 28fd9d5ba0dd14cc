/**
 * Reports on their way out. Every place is opened before anything is traced, so that a bad path fails early; and
 * each report is made and written apart, so that one that fails harms no other.
 */
import { escapeWorkflowCommands } from '../../src/report/escape.ts';
import { renderers } from '../../src/report/index.ts';
import type { RenderOptions } from '../../src/report/renderer.ts';
import type { Report } from '../../src/report/report.ts';
import { formatError, HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { openReportFile } from './report-file.ts';
import { isGithubActions, type ReporterChoice } from './reporter-choice.ts';
import { wantsColor, type ColorChoice, type Sink } from './sink.ts';
import { openStepSummary } from './step-summary.ts';

export interface Reporters {
  /**
   * Once. What fails is said on standard error.
   * @param sessionPath where the session is stored, as it is to be told; null: nowhere as a whole
   * @returns the exit code as far as the reporters decide it: `inconclusive` where one that was asked for could
   *   not tell everything, since somebody lacks the answer
   */
  tell(report: Report, sessionPath: string | null): Promise<number>;
}

export interface ReporterPlace {
  readonly stdout: Sink;
  /** Null: no terminal. */
  readonly stdoutColumns: number | null;
  readonly stderr: { write(text: string): unknown };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly color: ColorChoice;
  readonly detail: RenderOptions['detail'];
}

/** @throws HarnessError where a place that was asked for can not be opened */
export async function openReporters(
  choices: readonly ReporterChoice[],
  place: ReporterPlace,
): Promise<Reporters> {
  const opened: OpenReporter[] = [];
  for (const choice of choices) opened.push({ choice, tell: await openTarget(choice, place) });
  return {
    tell: async (report, sessionPath) => {
      let exitCode: number = exitCodes.asExpected;
      for (const { choice, tell } of opened) {
        try {
          await tell(report, sessionPath);
        } catch (error) {
          place.stderr.write(`${formatError(failed(choice, error))}\n`);
          if (choice.origin === 'asked-for') exitCode = exitCodes.inconclusive;
        }
      }
      return exitCode;
    },
  };
}

interface OpenReporter {
  readonly choice: ReporterChoice;
  readonly tell: Tell;
}

type Tell = (report: Report, sessionPath: string | null) => Promise<void>;

async function openTarget({ name, target, origin }: ReporterChoice, place: ReporterPlace): Promise<Tell> {
  const renderer = renderers[name];
  switch (target.kind) {
    case 'stdout':
      return async (report, sessionPath) => {
        const text = renderer.render(report, optionsFor(place, place.stdoutColumns, sessionPath));
        await place.stdout.write(
          name === 'terminal' && isGithubActions(place.environment) ? escapeWorkflowCommands(text) : text,
        );
      };
    case 'file': {
      const file = await openReportFile(name, target.path);
      return (report, sessionPath) =>
        file.write(renderer.render(report, optionsFor(place, null, sessionPath)));
    }
    case 'runner': {
      const summary = await openStepSummary(place, origin);
      return async (report, sessionPath) => {
        const options = optionsFor(place, null, sessionPath);
        place.stderr.write(renderer.render(report, options));
        await summary.write(report, options);
      };
    }
  }
}

function optionsFor(place: ReporterPlace, columns: number | null, sessionPath: string | null): RenderOptions {
  return {
    width: columns ?? plainWidth,
    color: wantsColor(place.color, place.environment, columns !== null),
    sessionPath,
    detail: place.detail,
  };
}

/** Without a terminal; logs are rarely narrower. */
const plainWidth = 100;

/** A renderer that throws is a fault of ours; it keeps its stack. */
function failed({ name }: ReporterChoice, error: unknown): unknown {
  if (!(error instanceof HarnessError)) return error;
  const { what, why, remedy, exitCode, cause } = error;
  return new HarnessError({ what: `${name}: ${what}`, why, remedy, exitCode, cause });
}
