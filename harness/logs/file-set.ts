/** Which files the words of the command line mean: one log, or the logs of all threads of `strace -ff -o NAME`. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whether these words are one or several files, and not the directory of a session (which may not be there). */
export async function meansLog(words: readonly string[]): Promise<boolean> {
  const [only] = words;
  if (words.length !== 1 || only === undefined || only === '-') return true;
  const found = await stat(only).catch(() => null);
  return found === null ? (await threadFiles(only)).length > 0 : !found.isDirectory();
}

/** @returns the words themselves, but for one that names no file and is the beginning of `NAME.PID` files */
export async function expandFiles(words: readonly string[]): Promise<readonly string[]> {
  const [only] = words;
  if (words.length !== 1 || only === undefined || only === '-' || (await exists(only))) return words;
  const siblings = await threadFiles(only);
  return siblings.length === 0 ? words : siblings;
}

/** The number at the end of a file's name; null: none, or none that a thread can have. */
export function threadOf(path: string): number | null {
  const digits = /\.(\d{1,7})(?:\.gz)?$/.exec(path)?.[1];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits);
}

/** Of the set that a file belongs to, itself included; in order of their numbers. */
export async function threadFiles(prefix: string): Promise<readonly string[]> {
  const name = basename(prefix);
  const names = await readdir(dirname(prefix)).catch(() => []);
  return names
    .filter((each) => each.startsWith(`${name}.`) && /^\.\d{1,7}(?:\.gz)?$/.test(each.slice(name.length)))
    .sort((a, b) => (threadOf(a) ?? 0) - (threadOf(b) ?? 0))
    .map((each) => join(dirname(prefix), each));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
