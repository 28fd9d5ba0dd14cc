/** The fingerprint of a session's evidence: a file altered by hand, cut, removed or added shows. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { blockFileNames, blocksDirectoryName, sessionFileName } from './layout.ts';
import { openRegularFile, readPieces } from './regular-file.ts';
import type { EndFile } from './session-file.ts';

export type Fingerprint = EndFile['files'][number];

export interface Alteration {
  /** Relative to the session, with `/`. */
  readonly path: string;
  readonly how: 'changed' | 'missing' | 'added';
}

/** Of the plan and of everything in the blocks but what is not evidence, in the order of the paths. */
export async function takeFingerprints(session: string): Promise<Fingerprint[]> {
  const paths = [sessionFileName, ...(await evidencePaths(session))];
  const fingerprints: Fingerprint[] = [];
  for (const path of paths.sort()) {
    const fingerprint = await fingerprintOf(session, path);
    if (fingerprint !== null) fingerprints.push(fingerprint);
  }
  return fingerprints;
}

/** @returns what differs, in the order of the paths */
export async function findAlterations(session: string, saved: readonly Fingerprint[]): Promise<Alteration[]> {
  const found = new Map((await takeFingerprints(session)).map((file) => [file.path, file]));
  const alterations: Alteration[] = [];
  for (const file of saved) {
    const now = found.get(file.path);
    found.delete(file.path);
    if (now === undefined) alterations.push({ path: file.path, how: 'missing' });
    else if (now.sha256 !== file.sha256) alterations.push({ path: file.path, how: 'changed' });
  }
  for (const path of found.keys()) alterations.push({ path, how: 'added' });
  return alterations.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

async function evidencePaths(session: string): Promise<string[]> {
  const top = join(session, blocksDirectoryName);
  const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => !entry.isDirectory() && !notEvidence.has(entry.name))
    .map((entry) => relative(session, join(entry.parentPath, entry.name)));
}

const notEvidence: ReadonlySet<string> = new Set([blockFileNames.batch, blockFileNames.lifeline]);

/** Null: it is no regular file, which evidence always is. */
async function fingerprintOf(session: string, path: string): Promise<Fingerprint | null> {
  const opened = await openRegularFile(join(session, path));
  if (opened.state !== 'open') return null;
  await opened.file.close();
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of readPieces(join(session, path))) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}
