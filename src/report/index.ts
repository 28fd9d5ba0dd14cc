/** The renderers, one line each; test/contract/renderers.test.ts holds them all to the same promises. */
import { github } from './github.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { ndjson } from './ndjson.ts';
import type { Renderer } from './renderer.ts';
import { sarif } from './sarif.ts';
import { tap } from './tap.ts';
import { terminal } from './terminal.ts';

export const renderers = {
  terminal,
  json,
  junit,
  markdown,
  github,
  ndjson,
  tap,
  sarif,
} as const satisfies Readonly<Record<string, Renderer>>;
