/** What `list` tells, as one versioned document. */
import { z } from 'zod';
import { outcomes } from '../../src/verdict/outcome.ts';
import { keptStates } from '../store/kept-sessions.ts';

export const inventorySchemaVersion = 1;

const trouble = z.strictObject({ what: z.string(), why: z.string(), remedy: z.string() });

export const inventorySchema = z.strictObject({
  schemaVersion: z.literal(inventorySchemaVersion),
  program: z.string().describe('name and version of the program that looked'),
  scenarios: z.array(
    z.strictObject({
      name: z.string(),
      variants: z.array(
        z.strictObject({
          name: z.string(),
          title: z.string(),
          description: z.string(),
          expects: z
            .array(z.strictObject({ toolchains: z.string(), verdict: z.enum(['clean', 'held']) }))
            .describe('the first entry whose `toolchains` selects a toolchain counts'),
        }),
      ),
    }),
  ),
  toolchains: z.strictObject({
    problem: trouble.nullable().describe('why there are none; null: there is a go command'),
    here: z.array(
      z.strictObject({
        name: z.string(),
        source: z.enum(['local', 'downloaded']),
        counterfactuals: z.array(z.string()).describe('what can stand behind a + after its name'),
      }),
    ),
  }),
  tracers: z.array(
    z.strictObject({
      name: z.string(),
      evidence: z.enum(['trace', 'claims']),
      version: z.string().nullable(),
      problem: trouble.nullable().describe('why it can not be used here; null: it can'),
    }),
  ),
  sessions: z.strictObject({
    directory: z.string(),
    kept: z
      .array(
        z.strictObject({
          folder: z.string(),
          state: z.enum(keptStates),
          problem: z.string().nullable().describe('null: it is judged'),
          outcome: z.enum(outcomes).nullable().describe('as its report says; `check` judges again'),
          plan: z
            .strictObject({
              session: z.string(),
              startedAt: z.string(),
              command: z.string(),
              tracer: z.string(),
            })
            .nullable()
            .describe('null where it can not be read'),
        }),
      )
      .describe('newest first'),
  }),
});
export type Inventory = z.infer<typeof inventorySchema>;
