/**
 * SIGINT, SIGTERM and SIGHUP end a command in order: the first one aborts `interruption`, whoever works
 * listens, keeps what there is, and returns; the second one, or a command that does not return in time,
 * exits at once. Clean-up that must happen on every way out, uncaught exceptions included, is registered
 * with `atExit`.
 */
import { HarnessError } from '../errors.ts';
import { exitCodeOfSignal } from '../exit-codes.ts';

const controller = new AbortController();
const cleanups = new Set<() => void>();
let firstSignal: NodeJS.Signals | null = null;
let watching = false;

/** Longer than the slowest orderly end: detaching a tracer takes seconds. */
const orderlyEndMs = 30_000;

/** Aborted by the first signal. */
export const interruption: AbortSignal = controller.signal;

export function interruptedBy(): NodeJS.Signals | null {
  return firstSignal;
}

/** For work that can not go on after a signal and has nothing to keep. */
export function throwIfInterrupted(doing: string): void {
  if (firstSignal === null) return;
  throw new HarnessError({
    what: `interrupted by ${firstSignal}`,
    why: `it came while ${doing}`,
    remedy: 'start again; what was finished before is kept',
    exitCode: exitCodeOfSignal(firstSignal),
  });
}

/** Idempotent. The command line calls it first; starting a process group calls it too. */
export function watchSignals(): void {
  if (watching) return;
  watching = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, receiveSignal);
  // Node emits `exit` after an uncaught exception as well, so this one place covers every way out but SIGKILL.
  process.on('exit', () => {
    for (const cleanup of cleanups) cleanup();
  });
}

/** Must be synchronous. Returns how to take it back. */
export function atExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

function receiveSignal(signal: NodeJS.Signals): void {
  const exitCode = exitCodeOfSignal(firstSignal ?? signal);
  if (firstSignal !== null) process.exit(exitCode);
  firstSignal = signal;
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), orderlyEndMs).unref();
  controller.abort(signal);
}
