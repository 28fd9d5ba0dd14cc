/** The report as one JSON document: the same bytes for the same report, wherever it is rendered. */
import { escapeJson } from './escape.ts';
import type { Renderer } from './renderer.ts';
import { reportSchema, type Report } from './report.ts';

export const json: Renderer = { name: 'json', render: renderJson };

/** @throws ZodError where the value is no report: a mistake of ours, never of the traced program. */
export function renderJson(report: Report): string {
  // Parsing also puts the keys in the order of the schema.
  return `${escapeJson(JSON.stringify(reportSchema.parse(documentOf(report)), null, 2))}\n`;
}

/** Without the rows of its runs. */
export function documentOf({ runs: _runs, ...document }: Report): Omit<Report, 'runs'> {
  return document;
}
