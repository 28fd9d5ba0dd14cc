/** Opens logs: files, pipes and stdin, packed with gzip or not. Their first bytes are read at once, the rest later. */
import type { Stats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { escapeControls, HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export interface OpenLog {
  /** As it is to be told; `-` for stdin. */
  readonly name: string;
  /** Unpacked; shorter than `headLength` only where the whole log is. */
  readonly head: Uint8Array;
  readonly size: number | null;
  /** The whole log, the head included; to be read once. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Why what `bytes` gave is not all of it; null: it is. To be asked when it has ended. */
  problem(): string | null;
  /** It can be opened again from its start. */
  readonly kind: 'file' | 'pipe';
  close(): void;
}

/** @throws HarnessError (usage) where there is nothing to read */
export async function openLog(path: string): Promise<OpenLog> {
  if (path === '-') return readHeadOf({ name: 'stdin', size: null, kind: 'pipe', stream: process.stdin });
  const found = await statOf(path);
  if (found.isDirectory()) throw unreadable(path, 'it is a directory', 'give the files in it');
  if (!found.isFile() && !found.isFIFO()) {
    throw unreadable(path, 'it is neither a file nor a pipe', 'give a file, or - for stdin');
  }
  const kind = found.isFile() ? 'file' : 'pipe';
  return readHeadOf({
    name: path,
    size: found.isFile() ? found.size : null,
    kind,
    stream: createReadStream(path),
  });
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw unreadable(path, why, 'afterclose check --help tells what can be judged');
  }
}

interface Source {
  readonly name: string;
  readonly size: number | null;
  readonly kind: OpenLog['kind'];
  readonly stream: Readable;
}

async function readHeadOf({ name, size, kind, stream }: Source): Promise<OpenLog> {
  const state: { problem: string | null } = { problem: null };
  const unpacked = unpack(stream, (text) => (state.problem ??= text));
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < headLength) {
    const next = await unpacked.next();
    if (next.done === true) break;
    pieces.push(next.value);
    length += next.value.length;
  }
  if (length === 0 && state.problem !== null) throw unreadable(name, state.problem, 'give a whole file');
  const head = Buffer.concat(pieces).subarray(0, headLength);
  return {
    name,
    head,
    size,
    kind,
    async *bytes() {
      const isFromWindows = head.includes('\r\n');
      for await (const piece of concatenate(pieces, unpacked)) {
        // No tracer prints one: they are what an editor or a mailer put before every newline.
        yield isFromWindows ? piece.filter((byte) => byte !== carriageReturn) : piece;
      }
    },
    problem: () => state.problem,
    close: () => stream.destroy(),
  };
}

async function* concatenate(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

/** What comes before a fault of the stream or of the archive is good; the fault itself is told. */
async function* unpack(
  stream: Readable,
  noteProblem: (text: string) => void,
): AsyncGenerator<Uint8Array, undefined> {
  const source: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    // A pipe may hand over its first bytes one by one.
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < gzipMagic.length) {
      const next = await source.next();
      if (next.done === true) break;
      pieces.push(next.value);
      length += next.value.length;
    }
    const start = Buffer.concat(pieces);
    if (gzipMagic.every((byte, at) => start[at] === byte)) yield* gunzip(start, source);
    else yield* chain(start, source);
  } catch (error) {
    noteProblem(explain(error));
  }
  return undefined;
}

async function* chain(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const archive = createGunzip();
  // Whatever ends it early also ends the reading below, which tells it.
  const feeding = pipeline(Readable.from(chain(start, rest)), archive).catch(() => undefined);
  try {
    for await (const piece of archive) yield piece as Uint8Array;
  } finally {
    archive.destroy();
    await feeding;
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'its gzip archive breaks off before its end';
  if (code.startsWith('Z_')) return 'its gzip archive is damaged';
  return `it could not be read to its end: ${error instanceof Error ? error.message : String(error)}`;
}

function unreadable(name: string, why: string, remedy: string): HarnessError {
  return new HarnessError({
    what: `${escapeControls(name)} can not be read as a log`,
    why,
    remedy,
    exitCode: exitCodes.usage,
  });
}

const gzipMagic = [0x1f, 0x8b];
const carriageReturn = 0x0d;
/** Enough for a few hundred lines. */
const headLength = 65_536;
