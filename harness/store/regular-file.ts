/**
 * Opens a file of a session that anybody may have made: only a regular file, since a FIFO would hang the reader
 * and a link could point anywhere.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export type Opened =
  | { readonly state: 'open'; readonly file: FileHandle; readonly bytes: number }
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly why: string };

/** The caller closes what is open. */
export async function openRegularFile(path: string): Promise<Opened> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return refusalOf(error);
  }
  const stat = await file.stat();
  if (stat.isFile()) return { state: 'open', file, bytes: stat.size };
  await file.close();
  return { state: 'refused', why: 'it is not a regular file' };
}

/** Its bytes in pieces; nothing where it can not be opened. */
export async function* readPieces(path: string): AsyncIterable<Uint8Array> {
  const opened = await openRegularFile(path);
  if (opened.state !== 'open') return;
  try {
    const pieces = opened.file.createReadStream({ autoClose: false, highWaterMark: pieceBytes });
    for await (const piece of pieces as AsyncIterable<Buffer>) yield piece;
  } finally {
    await opened.file.close();
  }
}

const pieceBytes = 1 << 20;

function refusalOf(error: unknown): Opened {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
  if (code === 'ELOOP') return { state: 'refused', why: 'it is a symbolic link' };
  return { state: 'refused', why: error instanceof Error ? error.message : String(error) };
}
