/** Writes schema/, which is generated from the zod schemas. Run from the root, after a build. */
import { mkdir, writeFile } from 'node:fs/promises';
import { baselineJsonSchema } from '../harness/config/baseline.ts';
import { searchJsonSchema } from '../harness/releases/search-document.ts';
import { configJsonSchema } from '../harness/config/config-file.ts';
import { reportJsonSchema } from '../src/report/json-schema.ts';

await mkdir('schema', { recursive: true });
await writeFile('schema/report.schema.json', reportJsonSchema());
await writeFile('schema/config.schema.json', configJsonSchema());
await writeFile('schema/baseline.schema.json', baselineJsonSchema());
await writeFile('schema/release-search.schema.json', searchJsonSchema());
