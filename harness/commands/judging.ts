/** Judging for a command: it reads and keeps nothing, so a signal simply ends it. */
import { interruptedBy, interruption } from '../run/interruption.ts';
import { judgeSession } from '../run/judgement.ts';
import type { Judgement } from '../run/judgement.ts';

/** @param shownAs the session's directory, as it is to be told */
export async function judgeUntilSignal(directory: string, shownAs = directory): Promise<Judgement> {
  const end = (): void => {
    const signal = interruptedBy() ?? 'a signal';
    process.stderr.write(
      `afterclose: ended by ${signal} while judging; afterclose check ${shownAs} begins again\n`,
    );
    process.exit();
  };
  // A session that was interrupted itself is judged all the same.
  if (interruptedBy() !== null) return judgeSession(directory);
  interruption.addEventListener('abort', end);
  try {
    return await judgeSession(directory);
  } finally {
    interruption.removeEventListener('abort', end);
  }
}
