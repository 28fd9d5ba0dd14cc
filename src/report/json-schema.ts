/** The JSON Schema of the report, for readers of `--json` in other languages. */
import { z } from 'zod';
import { reportSchema, reportSchemaVersion } from './report.ts';

/** The text of schema/report.schema.json. */
export function reportJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  const title = `afterclose report, version ${reportSchemaVersion}`;
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`;
}
