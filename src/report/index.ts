/** The renderers, one line each; test/contract/renderers.test.ts holds them all to the same promises. */
import { json } from './json.ts';
import type { Renderer } from './renderer.ts';
import { terminal } from './terminal.ts';

export const renderers = {
  terminal,
  json,
} as const satisfies Readonly<Record<string, Renderer>>;
