/**
 * The summary of a step of GitHub Actions: Markdown, added to the file that the runner names. It takes 1 MiB for a
 * step and shows nothing of a longer one.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
import { stat } from 'node:fs/promises';
import { markdown } from '../../src/report/markdown.ts';
import type { RenderOptions } from '../../src/report/renderer.ts';
import type { Report } from '../../src/report/report.ts';
import { formatError, HarnessError } from '../errors.ts';
import { openReportFile } from './report-file.ts';
import type { ReporterChoice } from './reporter-choice.ts';
import type { ReporterPlace } from './reporters.ts';

export interface StepSummary {
  write(report: Report, options: RenderOptions): Promise<void>;
}

const mostBytes = 1024 * 1024;

/**
 * Where the runner names no file there is no summary, and that is no error.
 * @throws HarnessError where the file can not be opened, unless nobody asked for it: then that is said
 */
export async function openStepSummary(
  { environment, stderr }: Pick<ReporterPlace, 'environment' | 'stderr'>,
  origin: ReporterChoice['origin'],
): Promise<StepSummary> {
  const path = environment['GITHUB_STEP_SUMMARY'] ?? '';
  if (path === '') return noSummary;
  try {
    const file = await openReportFile('github', path, 'a');
    return {
      write: async (report, options) => {
        const { size } = await stat(path).catch(() => ({ size: 0 }));
        await file.write(fittingSummary(report, options, mostBytes - size));
      },
    };
  } catch (error) {
    if (origin === 'asked-for' || !(error instanceof HarnessError)) throw error;
    stderr.write(`${formatError(error)}\n`);
    return noSummary;
  }
}

const noSummary: StepSummary = { write: () => Promise.resolve() };

/** The most detailed one that there is room for. @param room bytes */
export function fittingSummary(report: Report, options: RenderOptions, room: number): string {
  const texts = [
    markdown.render(report, options),
    markdown.render(report, { ...options, detail: 'brief' }),
    markdown.render({ ...report, arms: [], findings: [], doubts: [], notes: [] }, options),
  ];
  return texts.find((text) => Buffer.byteLength(text) <= room) ?? '';
}
