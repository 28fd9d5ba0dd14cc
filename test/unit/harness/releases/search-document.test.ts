import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { searchJsonSchema } from '../../../../harness/releases/search-document.ts';

test('schema/release-search.schema.json is what the zod schema says (npm run schema writes it)', async () => {
  const path = new URL('../../../../schema/release-search.schema.json', import.meta.url);
  expect(await readFile(path, 'utf8')).toBe(searchJsonSchema());
});
