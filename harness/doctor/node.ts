/** Old releases of Node.js get far enough to run this check. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ok } from './check.ts';
import type { Check } from './check.ts';

export const node: Check = {
  name: 'node',
  title: 'Node.js',
  neededFor: 'repro',
  look: ({ host, system }) => {
    const least = leastVersion(join(host.packageRoot, 'package.json'));
    if (isAtLeast(system.node, least)) return Promise.resolve(ok(system.node));
    return Promise.resolve({
      state: 'missing',
      found: system.node,
      why: `${least} or newer is needed`,
      remedy: `install Node.js ${least} or newer`,
    });
  },
};

const manifestSchema = z.looseObject({ engines: z.object({ node: z.string().regex(/^>=\d+(\.\d+)*$/) }) });

function leastVersion(manifest: string): string {
  return manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).engines.node.slice('>='.length);
}

/** Numbers with dots between them; a missing one is 0. */
export function isAtLeast(version: string, least: string): boolean {
  const actual = version.split('.').map(Number);
  const wanted = least.split('.').map(Number);
  const place = wanted.findIndex((number, index) => (actual[index] ?? 0) !== number);
  return place === -1 || (actual[place] ?? 0) > (wanted[place] ?? 0);
}
