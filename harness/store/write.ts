/** Makes the session's directory and fills it; everything is on disk before anything judges. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Batch } from '../run/batch.ts';
import type { SpawnPlan } from '../tracers/tracer.ts';
import { takeFingerprints } from './evidence.ts';
import { writeJsonFile, writeTextFile } from './json-file.ts';
import { blockDirectory, blockFileNames, endFileName, reportFileName, sessionFileName } from './layout.ts';
import { readTracerStderr } from './read.ts';
import { storeSchemaVersion } from './session-file.ts';
import type { PortHoldersFile, SessionEnd, SessionFile, TracerFile } from './session-file.ts';

/** @throws HarnessError where the directory holds anything: a session never mixes with what was there */
export async function checkIsFree(directory: string): Promise<void> {
  await guarded(directory, async () => {
    const there = await readdir(directory).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    if (there.length > 0) throw occupied(directory, there.length);
  });
}

/** @param directory must not exist or be empty */
export async function createSession(directory: string, session: SessionFile): Promise<void> {
  await guarded(directory, async () => {
    await checkIsFree(directory);
    await makeDirectory(directory);
    await writeJsonFile(join(directory, sessionFileName), session);
  });
}

/** Node's own recursive mkdir never ends where a system answers ENOENT to each try, as /proc does. */
async function makeDirectory(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) await makeDirectory(parent);
  await mkdir(directory).catch((error: unknown) => {
    // Somebody else was faster.
    if (!existsSync(directory)) throw error;
  });
}

/** What was decided while it went on: the blocks after the warm-up, or that none has a companion. */
export async function replacePlan(directory: string, session: SessionFile): Promise<void> {
  await guarded(directory, () => writeJsonFile(join(directory, sessionFileName), session));
}

/** @returns the block's directory */
export async function createBlock(session: string, index: number, tracer: string): Promise<string> {
  const block = blockDirectory(session, index, tracer);
  await guarded(session, async () => {
    await mkdir(join(block, blockFileNames.claims), { recursive: true });
    await mkdir(join(block, blockFileNames.output), { recursive: true });
  });
  return block;
}

/**
 * Of a block that has run nothing, before it is begun anew.
 * @returns what its tracer had said
 */
export async function removeBlock(session: string, index: number, tracer: string): Promise<string> {
  const block = blockDirectory(session, index, tracer);
  const said = await readTracerStderr(block);
  await guarded(session, () => rm(block, { recursive: true }));
  return said;
}

export async function writeBatch(block: string, batch: Batch): Promise<void> {
  await guarded(block, () => writeJsonFile(join(block, blockFileNames.batch), batch));
}

/** What a tracer wants to find in its directory. */
export async function writeInputs(block: string, files: SpawnPlan['files']): Promise<void> {
  await guarded(block, async () => {
    for (const { name, content, mode } of files) {
      await writeFile(join(block, name), content);
      await chmod(join(block, name), mode);
    }
  });
}

/** They name paths of this machine and are no evidence. */
export async function removeInputs(block: string, files: SpawnPlan['files']): Promise<void> {
  for (const { name } of files) await rm(join(block, name), { force: true });
}

/** The caller closes them. */
export async function openTracerOutputs(
  block: string,
): Promise<{ readonly stdout: FileHandle; readonly stderr: FileHandle }> {
  return guarded(block, async () => ({
    stdout: await open(join(block, blockFileNames.tracerStdout), 'w'),
    stderr: await open(join(block, blockFileNames.tracerStderr), 'w'),
  }));
}

export async function writeTracerFile(block: string, file: Omit<TracerFile, 'schemaVersion'>): Promise<void> {
  await guarded(block, () =>
    writeJsonFile(join(block, blockFileNames.tracer), { schemaVersion: storeSchemaVersion, ...file }),
  );
}

export async function writePortHolders(
  block: string,
  file: Omit<PortHoldersFile, 'schemaVersion'>,
): Promise<void> {
  await guarded(block, () =>
    writeJsonFile(join(block, blockFileNames.portHolders), { schemaVersion: storeSchemaVersion, ...file }),
  );
}

/** The last act of a session that ends in an orderly way, whatever it ended for. */
export async function writeEnd(
  directory: string,
  session: string,
  ended: SessionEnd,
  endedAt: Date,
): Promise<void> {
  await guarded(directory, async () => {
    const files = await takeFingerprints(directory);
    await writeJsonFile(join(directory, endFileName), {
      schemaVersion: storeSchemaVersion,
      session,
      ended,
      endedAt: endedAt.toISOString(),
      files,
    });
  });
}

/** @param json as the renderer made it, so that a later `check --json` can be compared byte by byte */
export async function writeReport(directory: string, json: string): Promise<void> {
  await guarded(directory, () => writeTextFile(join(directory, reportFileName), json));
}

/** Beside, then renamed: whole or not at all. */
export async function writePieces(
  path: string,
  pieces: Iterable<string> | AsyncIterable<Buffer>,
): Promise<void> {
  await guarded(path, async () => {
    const temporary = `${path}.new`;
    try {
      await writeFile(temporary, pieces);
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

async function guarded<T>(directory: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw explainWriteFailure(directory, error);
  }
}

/** ENOENT: a system that makes no directories there (/proc), or somebody took the session away. */
const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT']);

/** A full disk ends the session as inconclusive; a place that can not be written to at all is a matter of the environment. */
function explainWriteFailure(directory: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HarnessError({
      what: 'the session could not be saved',
      why: `the disk that holds ${directory} is full (${code})`,
      remedy: 'make room, or choose another place with --out; what was saved until now is still there',
      exitCode: exitCodes.inconclusive,
      cause: error,
    });
  }
  if (code !== undefined && unwritable.has(code)) {
    return new HarnessError({
      what: 'the session could not be saved',
      why: `${directory} can not be written to (${code})`,
      remedy: 'choose a directory of your own with --out',
      exitCode: exitCodes.environment,
      cause: error,
    });
  }
  return error;
}

function occupied(directory: string, entries: number): HarnessError {
  return new HarnessError({
    what: 'the session directory is not empty',
    why: `${directory} holds ${entries} ${entries === 1 ? 'entry' : 'entries'}, and a session never mixes with another`,
    remedy: 'name a new directory with --out, or leave --out away',
    exitCode: exitCodes.usage,
  });
}
