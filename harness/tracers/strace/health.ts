/** What the way strace ended says about missing events. Whether the trace is whole, its own last lines say. */
import type { LossEvent, LossReason } from '../../../src/trace/event.ts';
import { nanos } from '../../../src/trace/ids.ts';
import type { TracerEnd } from '../tracer.ts';

/** The launcher's exit code comes through strace, and the launcher never ends with 1. */
const ownFailure = 1;

export function health({ exitCode, signal, stderr }: TracerEnd): readonly LossEvent[] {
  const complaints = stderr.split('\n').filter(isComplaint);
  const losses = complaints.slice(0, complaintsKept).map((line) => anywhere('dropped', line));
  if (exitCode !== null && exitCode !== ownFailure) return losses;
  // A launcher that a signal killed looks the same: strace then ends by the same signal.
  const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
  return [...losses, anywhere('tracer-died', `strace ended with ${how}`)];
}

/** What it could not do, with its name as it was called: write to a full disk, attach to a new thread. */
export function isComplaint(line: string): boolean {
  return /^(?:\/.*\/)?strace: /.test(line) && !harmless.test(line);
}

function anywhere(reason: LossReason, text: string): LossEvent {
  return { kind: 'loss', at: nanos(0), pid: null, extent: 'anywhere', reason, count: null, text };
}

const harmless = /strace: (?:Process \d{1,10} (?:attached|detached)|\[ Process PID=\d{1,10} runs in )/;
const complaintsKept = 10;
