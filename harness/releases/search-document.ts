/** What a search along the releases found, as one versioned document. */
import { z } from 'zod';
import { verdicts } from '../../src/verdict/verdict.ts';

export const searchSchemaVersion = 1;

export const searchSchema = z.strictObject({
  schemaVersion: z.literal(searchSchemaVersion),
  command: z.string().describe('the command that searched'),
  variant: z.string(),
  seed: z.string(),
  exitCode: z.int().min(0).max(255),
  border: z
    .strictObject({
      last: z.string().describe('the last release before the verdict changes'),
      first: z.string().describe('the first release after that'),
      verdicts: z.strictObject({ last: z.enum(verdicts), first: z.enum(verdicts) }),
    })
    .nullable()
    .describe('null: none was found'),
  why: z.string().nullable().describe('why no border was found; null: it was'),
  runsPerRelease: z.int().positive(),
  releases: z
    .array(
      z.strictObject({
        release: z.string().describe('as its binary reported it'),
        verdict: z.enum(verdicts),
        runs: z.int().nonnegative(),
        heldRuns: z.int().nonnegative(),
        tracer: z.string(),
        session: z.string().describe('its id, never a path'),
      }),
    )
    .describe('those that were run, in the order of the search'),
  missing: z.array(z.strictObject({ release: z.string(), why: z.string() })),
});

export type SearchDocument = z.infer<typeof searchSchema>;

/** The text of schema/release-search.schema.json. */
export function searchJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(searchSchema, { target: 'draft-2020-12' });
  const title = `afterclose release search, version ${searchSchemaVersion}`;
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`;
}
