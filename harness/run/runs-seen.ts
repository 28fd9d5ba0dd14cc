/** How far the launcher has come, read from the records that it appends while it works. */
import { readFile } from 'node:fs/promises';
import { parseJson } from '../store/json-file.ts';
import { recordSchema } from './batch.ts';
import type { LauncherRecord } from './batch.ts';

export interface RunsSeen {
  /** Its pid, once it has said hello: the tracer works and runs begin. */
  readonly launcher: number | null;
  readonly runsDone: number;
  /** How long they took together. */
  readonly runsMs: number;
  /** The launcher has said good-bye, after its last run. */
  readonly hasEnded: boolean;
}

/** A line that is still being written does not count yet. */
export async function readRunsSeen(recordsFile: string): Promise<RunsSeen> {
  const text = await readFile(recordsFile, 'utf8').catch(() => '');
  const records = text.split('\n').slice(0, -1).flatMap(readRecord);
  const runs = records.filter((record) => record.kind === 'run');
  return {
    launcher: records.find((record) => record.kind === 'launcher')?.pid ?? null,
    runsDone: runs.length,
    runsMs: runs.reduce((sum, run) => sum + Number(BigInt(run.endedAt) - BigInt(run.startedAt)) / 1e6, 0),
    hasEnded: records.some(({ kind }) => kind === 'end'),
  };
}

function readRecord(line: string): LauncherRecord[] {
  const json = parseJson(line);
  const record = json.ok ? recordSchema.safeParse(json.value) : null;
  return record?.success ? [record.data] : [];
}
