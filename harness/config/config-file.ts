/** The shape of afterclose.config.{json,ts,mjs}; schema/config.schema.json is generated from it. */
import { z } from 'zod';

const words = z.tuple([z.string('it must name a program').min(1, 'it must name a program')], z.string(), {
  error: 'it must be a list of words: the program, then its arguments',
});

const target = z.strictObject({
  command: words.describe('program and arguments, never a shell line; a program with a / is seen from cwd'),
  cwd: z.string().min(1).default('.').describe('as seen from the config file'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe('added to PATH, HOME, USER, LOGNAME, SHELL, LANG, LC_ALL, TZ and TMPDIR, all that a run gets'),
  build: words.optional().describe('done once in cwd, before the first run'),
  expects: z
    .enum(['clean', 'held'])
    .optional()
    .describe('what a comparison expects of it; left out: nothing'),
  timeout: z
    .string()
    .regex(/^[1-9]\d{0,5}(ms|s|m)$/, 'not a time such as 500ms, 60s or 5m')
    .default('60s')
    .describe('a run that takes longer is ended, and then in doubt'),
});

const gate = z.strictObject({
  knownBad: z.string().min(1).describe('an arm that must be held'),
  knownGood: z.string().min(1).describe('an arm that must be clean'),
  subjects: z.array(z.string().min(1)).min(1).describe('the arms that are gated'),
  claim: z.string().optional().describe('<10% at 95%'),
  baseline: z.string().min(1).optional().describe('known findings, as seen from the config file'),
});

const targetNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const configFileSchema = z.strictObject({
  $schema: z.string().optional(),
  program: z.string().min(1).default('own commands').describe('what a baseline of these targets is about'),
  targets: z.record(z.string().regex(targetNamePattern), target).describe('commands by their names'),
  gate: gate.optional(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;

/** The keys that may stand at a path, for whoever mistyped one. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(configFileSchema.shape);
  if (path[0] === 'targets' && path.length === 2) return Object.keys(target.shape);
  return path[0] === 'gate' && path.length === 1 ? Object.keys(gate.shape) : [];
}

/** The text of schema/config.schema.json. */
export function configJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(configFileSchema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, title: 'afterclose config', ...schema }, null, 2)}\n`;
}
