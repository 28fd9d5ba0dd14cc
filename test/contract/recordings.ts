/** The recordings in test/golden, by tracer: `<tracer>/<case>/` holds the raw trace under the name it has in a session. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveTracers } from '../../harness/tracers/index.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';

export interface Recording {
  readonly tracer: Tracer;
  readonly name: string;
  readonly directory: string;
  readonly raw: Uint8Array;
}

const golden = fileURLToPath(new URL('../golden', import.meta.url));

/** Those that leave a trace, and so must have a recording. */
export const tracingTracers = liveTracers.filter(({ evidence }) => evidence === 'trace');

/** Programs that every tracer has watched, so that what they see can be compared. */
export const comparedRecordings = ['every-call', 'udp-reconnect', 'parked-receive'] as const;

/** None where the tracer has no folder in test/golden. */
export function recordingsOf(tracer: Tracer): Recording[] {
  const root = join(golden, tracer.name);
  if (!existsSync(root)) return [];
  const { rawTrace } = tracer.command({ directory: '/d', launcher: ['/l'], installation: {} });
  return readdirSync(root).map((name) => {
    const directory = join(root, name);
    return { tracer, name, directory, raw: readFileSync(join(directory, rawTrace ?? '')) };
  });
}
