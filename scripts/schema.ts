/** Writes schema/report.schema.json, which is generated from the zod schema. Run from the root, after a build. */
import { mkdir, writeFile } from 'node:fs/promises';
import { reportJsonSchema } from '../src/report/json-schema.ts';

await mkdir('schema', { recursive: true });
await writeFile('schema/report.schema.json', reportJsonSchema());
