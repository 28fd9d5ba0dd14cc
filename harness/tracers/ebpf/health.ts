/** What the way the agent ended says about missing events. Its own counts in the trace say the rest. */
import type { LossEvent, LossReason } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import type { TracerEnd } from '../tracer.ts';

/** It ends as the launcher does, which never ends with 1; a trace that could not be written has no last record. */
export function health({ exitCode, signal, stderr }: TracerEnd): readonly LossEvent[] {
  if (exitCode !== null && exitCode !== panicked) return [];
  const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
  const lastWords = stderr.split('\n').findLast((line) => line.startsWith('agent: ')) ?? 'it gave no reason';
  return [anywhere('tracer-died', `the agent ended with ${how}: ${lastWords}`)];
}

/** A program in Go that does. */
const panicked = 2;

function anywhere(reason: LossReason, text: string): LossEvent {
  return { kind: 'loss', at: nanos(0), pid: null, extent: 'anywhere', reason, count: null, text };
}
