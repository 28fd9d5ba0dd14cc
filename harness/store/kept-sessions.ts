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
import type { SessionFile } from './session-file.ts';

/** `no-session`: its plan can not be read, so nothing is known of it. */
export const keptStates = ['judged', 'unjudged', 'unfinished', 'damaged', 'no-session'] as const;

export interface KeptSession {
  /** The folder's name, by which `check` is told. */
  readonly folder: string;
  readonly state: (typeof keptStates)[number];
  /** Half a sentence; null: it is judged. */
  readonly problem: string | null;
  /** As its report says, which `check` does not rely on; null: it is not judged. */
  readonly outcome: Outcome | null;
  /** Null where there is no session. */
  readonly plan: Pick<SessionFile, 'session' | 'startedAt' | 'command' | 'tracer'> | null;
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
            ? noSession(entry.name, 'it is a symbolic link')
            : readKept(directory, entry.name),
        ),
      ),
  );
  return kept.sort(
    (a, b) => compare(b.plan?.startedAt ?? '', a.plan?.startedAt ?? '') || compare(a.folder, b.folder),
  );
}

async function readKept(directory: string, folder: string): Promise<KeptSession> {
  const place = join(directory, folder);
  const read = await readDocument(join(place, sessionFileName), sessionSchema, storeSchemaVersion);
  if (read.value === null) return noSession(folder, read.problem);
  const { session, startedAt, command, tracer } = read.value;
  const plan = { session, startedAt, command, tracer };
  const end = await readDocument(join(place, endFileName), endSchema, storeSchemaVersion);
  const report = await readDocument(join(place, reportFileName), reportedSchema, reportSchemaVersion);
  const [state, problem] = stateOf(session, end, report);
  const outcome = state === 'judged' ? (report.value?.outcome ?? null) : null;
  return { folder, state, problem, outcome, plan };
}

/** The first that applies. */
function stateOf(
  session: string,
  end: ReadDocument<{ readonly session: string }>,
  report: ReadDocument<{ readonly session: string }>,
): readonly [KeptSession['state'], string | null] {
  const strangers = [end.value, report.value].filter((each) => each !== null && each.session !== session);
  if (strangers.length > 0) return ['damaged', 'files of another session are in it'];
  if (end.isMissing) return ['unfinished', 'still running, or killed'];
  if (end.value === null) return ['damaged', end.problem];
  if (report.isMissing) return ['unjudged', report.problem];
  return report.value === null ? ['damaged', report.problem] : ['judged', null];
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
  if (result.state === 'refused') return failed(`${name} is not read: ${result.why}`);
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

function noSession(folder: string, problem: string): KeptSession {
  return { folder, state: 'no-session', problem, outcome: null, plan: null };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
