/** What the way DTrace ended says about missing events. Its own counts in the trace say the rest. */
import type { LossEvent, LossReason } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import type { TracerEnd } from '../tracer.ts';

export function health({ exitCode, signal, stderr }: TracerEnd): readonly LossEvent[] {
  const dropped = stderr.split('\n').flatMap((line) => dropsPattern.exec(line)?.[1] ?? []);
  const losses: LossEvent[] = [];
  if (dropped.length > 0) {
    const count = dropped.reduce((sum, number) => sum + Number(number), 0);
    losses.push(anywhere('dropped', count, `dtrace told ${dropped.length} times of drops, ${count} in all`));
  }
  if (exitCode !== 0 || signal !== null) {
    const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
    losses.push(anywhere('tracer-died', null, `dtrace ended with ${how}: ${lastWords(stderr)}`));
  }
  return losses;
}

/** `dtrace: 813 drops on CPU 1`, `dtrace: 4 aggregation drops on CPU 0`, `dtrace: 2 dynamic variable drops ...`. */
const dropsPattern = /^dtrace: (\d{1,15}) (?:[a-z]+ ){0,4}drops?\b/;

/**
 * Complaints about single probes (`dtrace: error in ...`) are left out: each is a line of the trace as well, which
 * names its process.
 */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('dtrace: ') && !isProbeError(line));
  return lines.at(-1) ?? 'it gave no reason';
}

function isProbeError(line: string): boolean {
  return line.startsWith('dtrace: error in ');
}

function anywhere(reason: LossReason, count: number | null, text: string): LossEvent {
  return { kind: 'loss', at: nanos(0), pid: null, extent: 'anywhere', reason, count, text };
}
