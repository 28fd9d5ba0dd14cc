/** JSON documents on disk: written so that a crash leaves the old or the new one, read with a limit. */
import { open, rename, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { openRegularFile } from './regular-file.ts';

/** Written beside, synced, renamed: a reader never sees half of it. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

export async function writeTextFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

export type ReadResult =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly why: string };

/** A whole text file, only up to `maxBytes`. */
export async function readTextFile(path: string, maxBytes: number): Promise<ReadResult> {
  const opened = await openRegularFile(path);
  if (opened.state !== 'open') return opened;
  const { file, bytes } = opened;
  try {
    if (bytes > maxBytes) return { state: 'refused', why: `it has ${bytes} bytes, more than ${maxBytes}` };
    return { state: 'read', text: await file.readFile('utf8') };
  } catch (error) {
    return { state: 'refused', why: error instanceof Error ? error.message : String(error) };
  } finally {
    await file.close();
  }
}

/** @returns the text's JSON value, or why it is none */
export function parseJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Makes the rename itself last; some file systems refuse to sync a directory, and then it must do without. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EINVAL' && code !== 'EACCES' && code !== 'ENOTSUP') throw error;
  }
}
