/** The registry: to add a tracer, add its folder and one line here. */
import { dtrace } from './dtrace/tracer.ts';
import { ebpf } from './ebpf/tracer.ts';
import { none } from './none/tracer.ts';
import { recordingOf } from './recording/tracer.ts';
import { strace } from './strace/tracer.ts';
import type { Tracer } from './tracer.ts';

/** Those that can be asked for, best first: without `--tracer` the first usable one watches. */
export const liveTracers: readonly Tracer[] = [ebpf, dtrace, strace, none];

/** The tracer of the article: `repro` tries it before the others. */
export const reproTracer = 'dtrace';

/** Watches the runs of `repro` beside it. */
export const reproCompanion = 'ebpf';

/** All that a saved session can name. Recordings are DTrace's. */
export const tracers: readonly Tracer[] = [...liveTracers, recordingOf(dtrace)];

/** @throws RangeError for a name that is not in the registry: names from outside are checked against it first */
export function findTracer(name: string): Tracer {
  const found = tracers.find((tracer) => tracer.name === name);
  if (found === undefined) throw new RangeError(`no tracer is called ${JSON.stringify(name)}`);
  return found;
}
