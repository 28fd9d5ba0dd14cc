/**
 * Reads a saved session. It may come from another machine or another hand: what can not be read as a session
 * at all is one clear error; everything less is handed on as a problem, which makes the runs it concerns unknown.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { claimsSchema } from '../run/claims.ts';
import type { Claims } from '../run/claims.ts';
import { recordSchema } from '../run/batch.ts';
import type { LauncherRecord, RunRecord } from '../run/batch.ts';
import type { TracerEnd } from '../tracers/tracer.ts';
import { findAlterations } from './evidence.ts';
import type { Alteration } from './evidence.ts';
import { firstIssue } from './first-issue.ts';
import { parseJson, readTextFile } from './json-file.ts';
import {
  blockDirectory,
  blockFileNames,
  blockName,
  claimsFile,
  endFileName,
  sessionFileName,
} from './layout.ts';
import {
  endSchema,
  portHoldersSchema,
  sessionSchema,
  storeSchemaVersion,
  tracerFileSchema,
} from './session-file.ts';
import type { EndFile, PortHoldersFile, SessionFile } from './session-file.ts';

export interface SavedSession {
  readonly directory: string;
  readonly plan: SessionFile;
  /** Null: it never ended in an orderly way, or the file is damaged (then `problems` says so). */
  readonly end: EndFile | null;
  readonly alterations: readonly Alteration[];
  readonly problems: readonly string[];
}

export interface SavedBlock {
  /** As in the paths of alterations: `1-none`. */
  readonly name: string;
  readonly tracer: string;
  /** Absolute; null where the tracer writes none or never started. */
  readonly rawTrace: string | null;
  /** As `rawTrace`, of the tracer that watched the same runs beside it. */
  readonly companionTrace: string | null;
  /** Null: the session ended before the tracer did. */
  readonly tracerEnd: TracerEnd | null;
  readonly launcher: Extract<LauncherRecord, { kind: 'launcher' }> | null;
  /** By run id; a run without one never ended. */
  readonly records: ReadonlyMap<string, RunRecord>;
  /** Why the launcher ended; null: it did not get to say. */
  readonly ended: Extract<LauncherRecord, { kind: 'end' }>['reason'] | null;
  /** By run id; null: missing or not readable. */
  readonly claims: ReadonlyMap<string, Claims | null>;
  /** Null: nobody looked, since the runs had ports of their own. */
  readonly portHolders: PortHoldersFile | null;
  readonly problems: readonly string[];
}

export async function readSession(directory: string): Promise<SavedSession> {
  const plan = await readPlan(directory);
  const problems: string[] = [];
  const end = await readDocument(join(directory, endFileName), endSchema, problems);
  const alterations = end === null ? [] : await findAlterations(directory, end.files);
  if (end !== null && end.session !== plan.session) {
    problems.push(`${endFileName} belongs to another session than ${sessionFileName}`);
  }
  return { directory, plan, end, alterations, problems };
}

export async function readBlock(session: SavedSession, index: number): Promise<SavedBlock> {
  const planned = session.plan.blocks[index];
  if (planned === undefined) throw new RangeError(`the session has no block ${index}`);
  const directory = blockDirectory(session.directory, index, planned.tracer);
  const problems: string[] = [];
  const tracer = await readDocument(join(directory, blockFileNames.tracer), tracerFileSchema, problems);
  const records = await readRecords(directory, session.plan.session, problems);
  const claims = new Map<string, Claims | null>();
  for (const { run } of planned.runs) {
    claims.set(run, await readDocument(claimsFile(directory, run), claimsSchema, problems));
  }
  return {
    name: blockName(index, planned.tracer),
    tracer: planned.tracer,
    rawTrace: pathOf(directory, tracer?.rawTrace),
    companionTrace: pathOf(directory, tracer?.companionTrace),
    tracerEnd: tracer?.ended ? { ...tracer.ended, stderr: await readTracerStderr(directory) } : null,
    ...records,
    claims,
    portHolders: await readDocument(join(directory, blockFileNames.portHolders), portHoldersSchema, problems),
    problems,
  };
}

function pathOf(directory: string, name: string | null | undefined): string | null {
  return name == null ? null : join(directory, name);
}

async function readPlan(directory: string): Promise<SessionFile> {
  const path = join(directory, sessionFileName);
  const result = await readTextFile(path, maxDocumentBytes);
  if (result.state === 'missing') throw await notASession(directory);
  if (result.state === 'refused') throw damaged(path, result.why);
  const json = parseJson(result.text);
  if (!json.ok) throw damaged(path, json.why);
  const version = (json.value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== storeSchemaVersion) throw otherVersion(path, version);
  const parsed = sessionSchema.safeParse(json.value);
  if (!parsed.success) throw damaged(path, firstIssue(parsed.error));
  return parsed.data;
}

/** Null where it is missing (which is for the caller to judge) or not readable (which is a problem). */
async function readDocument<T>(path: string, schema: z.ZodType<T>, problems: string[]): Promise<T | null> {
  const result = await readTextFile(path, maxDocumentBytes);
  if (result.state === 'missing') return null;
  const name = shortName(path);
  if (result.state === 'refused') {
    problems.push(`${name} was not read: ${result.why}`);
    return null;
  }
  const json = parseJson(result.text);
  const parsed = json.ok ? schema.safeParse(json.value) : null;
  if (parsed?.success) return parsed.data;
  problems.push(`${name} is damaged: ${!json.ok ? json.why : parsed?.error ? firstIssue(parsed.error) : ''}`);
  return null;
}

async function readRecords(
  directory: string,
  session: string,
  problems: string[],
): Promise<Pick<SavedBlock, 'launcher' | 'records' | 'ended'>> {
  const records = new Map<string, RunRecord>();
  let launcher: SavedBlock['launcher'] = null;
  let ended: SavedBlock['ended'] = null;
  const result = await readTextFile(join(directory, blockFileNames.records), maxDocumentBytes);
  if (result.state === 'refused') problems.push(`${blockFileNames.records} was not read: ${result.why}`);
  const lines = result.state === 'read' ? result.text.split('\n') : [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const json = parseJson(line);
    const parsed = json.ok ? recordSchema.safeParse(json.value) : null;
    if (!parsed?.success) {
      problems.push(`line ${index + 1} of ${blockFileNames.records} is damaged`);
      continue;
    }
    const record = parsed.data;
    if (record.kind === 'launcher') launcher = record;
    else if (record.kind === 'end') ended = record.reason;
    else if (records.has(record.run)) problems.push(`run ${record.run} has two records`);
    else records.set(record.run, record);
  }
  if (launcher !== null && launcher.session !== session) {
    problems.push(`${blockFileNames.records} belongs to another session`);
  }
  return { launcher, records, ended };
}

async function readTracerStderr(directory: string): Promise<string> {
  const result = await readTextFile(join(directory, blockFileNames.tracerStderr), maxDocumentBytes);
  // Drop messages may be in what can not be read, so silence would be wrong.
  if (result.state === 'refused') return `afterclose: the tracer's messages were not read: ${result.why}\n`;
  return result.state === 'read' ? result.text : '';
}

/** Larger than any document of a real session, small enough for any machine. */
const maxDocumentBytes = 64 * 1024 * 1024;

function shortName(path: string): string {
  return path.split('/').slice(-2).join('/');
}

async function notASession(directory: string): Promise<HarnessError> {
  const exists = await access(directory).then(
    () => true,
    () => false,
  );
  return new HarnessError({
    what: `${directory} is not a saved session`,
    why: exists ? `it holds no ${sessionFileName}` : 'there is no such file or directory',
    remedy:
      'name the directory that a session printed (`afterclose list` has those kept here), or a log file',
    exitCode: exitCodes.usage,
  });
}

function damaged(path: string, why: string): HarnessError {
  return new HarnessError({
    what: 'the session can not be judged',
    why: `${path} is damaged: ${why}`,
    remedy: 'take an unaltered copy of the session, or make a new one',
    exitCode: exitCodes.inconclusive,
  });
}

function otherVersion(path: string, version: unknown): HarnessError {
  const found = typeof version === 'number' ? String(version) : 'none';
  return new HarnessError({
    what: 'the session was saved by another version of afterclose',
    why: `${path} has schema version ${found}, this program reads ${storeSchemaVersion}`,
    remedy: 'check it with the version that made it (`program` in that file names it)',
    exitCode: exitCodes.usage,
  });
}
