/**
 * The sessions in a directory, each by its own plan, end and report; nothing is judged and no trace is read.
 * Anybody may have put anything there: what is no whole session is listed too, with what is wrong with it.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { reportSchemaVersion } from '../../src/report/report.ts';
import { outcomes } from '../../src/verdict/outcome.ts';
import type { Outcome } from '../../src/verdict/outcome.ts';
import { parseJson, readTextFile } from './json-file.ts';
import { endFileName, reportFileName, sessionFileName } from './layout.ts';
import { endSchema, sessionSchema, storeSchemaVersion } from './session-file.ts';

export interface KeptSession {
  /** The folder's name, by which `check` is told. */
  readonly folder: string;
  /** The first four are null where the plan can not be read. */
  readonly session: string | null;
  readonly startedAt: string | null;
  readonly command: string | null;
  readonly tracer: string | null;
  /** As its report says, which `check` does not rely on; null: it has none. */
  readonly outcome: Outcome | null;
  /** Half a sentence; null: it is whole. */
  readonly problem: string | null;
}

/** Newest first, then those that do not say when. None where the directory does not exist. */
export async function listKeptSessions(directory: string): Promise<readonly KeptSession[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const limit = pLimit(8);
  const kept = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) =>
        limit(async () =>
          entry.isSymbolicLink()
            ? unreadable(entry.name, 'a symbolic link, which is not followed')
            : readKept(directory, entry.name),
        ),
      ),
  );
  return kept.sort((a, b) => compare(b.startedAt ?? '', a.startedAt ?? '') || compare(a.folder, b.folder));
}

async function readKept(directory: string, folder: string): Promise<KeptSession> {
  const place = join(directory, folder);
  const plan = await readDocument(join(place, sessionFileName), sessionSchema, storeSchemaVersion);
  if (plan.value === null) return unreadable(folder, `not a session: ${plan.problem}`);
  const { session, startedAt, command, tracer } = plan.value;
  const end = await readDocument(join(place, endFileName), endSchema, storeSchemaVersion);
  const report = await readDocument(join(place, reportFileName), reportedSchema, reportSchemaVersion);
  const stranger = [end.value, report.value].find((value) => value !== null && value.session !== session);
  const problem =
    stranger !== undefined
      ? 'files of another session are in it'
      : end.value === null
        ? end.isMissing
          ? 'it has no end: still running, or killed'
          : end.problem
        : report.value === null
          ? report.isMissing
            ? 'never judged'
            : report.problem
          : null;
  const outcome = problem === null ? (report.value?.outcome ?? null) : null;
  return { folder, session, startedAt, command, tracer, outcome, problem };
}

/** Of the report only what is listed. */
const reportedSchema = z.looseObject({ session: z.string(), outcome: z.enum(outcomes) });

interface ReadDocument<T> {
  readonly value: T | null;
  readonly isMissing: boolean;
  /** Half a sentence. */
  readonly problem: string;
}

async function readDocument<T>(
  path: string,
  schema: z.ZodType<T>,
  schemaVersion: number,
): Promise<ReadDocument<T>> {
  const name = path.split('/').at(-1) ?? path;
  const failed = (problem: string, isMissing = false) => ({ value: null, isMissing, problem });
  const result = await readTextFile(path, maxBytes);
  if (result.state === 'missing') return failed(`there is no ${name}`, true);
  if (result.state === 'refused') return failed(`${name} was not read: ${result.why}`);
  const json = parseJson(result.text);
  if (!json.ok) return failed(`${name} is damaged`);
  const version = (json.value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== schemaVersion) return failed(`${name} was written by another version of afterclose`);
  const parsed = schema.safeParse(json.value);
  return parsed.success
    ? { value: parsed.data, isMissing: false, problem: '' }
    : failed(`${name} is damaged`);
}

/** A plan of the largest session that can be asked for is smaller. */
const maxBytes = 64 * 1024 * 1024;

function unreadable(folder: string, problem: string): KeptSession {
  return { folder, session: null, startedAt: null, command: null, tracer: null, outcome: null, problem };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
