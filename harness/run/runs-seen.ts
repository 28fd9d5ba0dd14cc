/** How far the launcher has come, read from the records that it appends while it works. */
import { readFile } from 'node:fs/promises';
import { parseJson } from '../store/json-file.ts';
import { recordSchema } from './batch.ts';

export interface RunsSeen {
  /** The launcher has said hello: the tracer works and runs begin. */
  readonly hasBegun: boolean;
  readonly runsDone: number;
  /** The launcher has said good-bye, after its last run. */
  readonly hasEnded: boolean;
}

/** A line that is still being written does not count yet. */
export async function readRunsSeen(recordsFile: string): Promise<RunsSeen> {
  const text = await readFile(recordsFile, 'utf8').catch(() => '');
  const kinds = text.split('\n').slice(0, -1).map(kindOf);
  return {
    hasBegun: kinds.includes('launcher'),
    runsDone: kinds.filter((kind) => kind === 'run').length,
    hasEnded: kinds.includes('end'),
  };
}

function kindOf(line: string): string | null {
  const json = parseJson(line);
  const record = json.ok ? recordSchema.safeParse(json.value) : null;
  return record?.success ? record.data.kind : null;
}
