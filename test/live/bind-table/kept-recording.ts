/** The recording in test/golden/dtrace/bind-table: made once by the live test, judged on any machine. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dtrace } from '../../../harness/tracers/dtrace/tracer.ts';
import type { Recording } from './judged-table.ts';

const runsName = 'runs.json';
/** As it is called in a session, which is what the contract suite expects. */
const traceName = 'dtrace.txt';

/** Paths of the machine and the suffix of its kernel's release are taken out. */
export async function keepRecording(recording: Recording, directory: string): Promise<void> {
  const trace = await readFile(recording.trace, 'latin1');
  const neutral = trace
    .replace(/^(@BEGIN (?:\d+ ){3}\d+(?:\.\d+)*)\S*/, '$1')
    .replace(/s:\/\S*\/(launcher|executor)\\0/g, 's:/tmp/recording/$1\\0');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, traceName), neutral, 'latin1');
  await writeFile(join(directory, runsName), `${JSON.stringify(recording.runs, null, 1)}\n`);
}

export async function readRecording(directory: string): Promise<Recording> {
  const runs = await readFile(join(directory, runsName), 'utf8');
  return {
    tracer: dtrace,
    trace: join(directory, traceName),
    end: { exitCode: 0, signal: null, stderr: '' },
    runs: runsSchema.parse(JSON.parse(runs)),
  };
}

const runsSchema = z.array(
  z.strictObject({ run: z.string(), claims: z.unknown(), answers: z.unknown(), complaints: z.string() }),
);
