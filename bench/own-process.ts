/** Work whose peak memory is to be its own is done by a program of its own, which answers with a line of JSON. */
import { execa } from 'execa';
import type { z } from 'zod';

/** @param program a compiled file of the bench, absolute */
export async function inOwnProcess<T>(
  program: string,
  words: readonly (string | number)[],
  answer: z.ZodType<T>,
): Promise<T> {
  const { stdout } = await execa(process.execPath, [program, ...words.map(String)]);
  return answer.parse(JSON.parse(stdout));
}
