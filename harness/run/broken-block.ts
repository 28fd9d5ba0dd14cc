/** Why a session can not go on after a block. */
import { exitCodes } from '../exit-codes.ts';
import type { SessionEnd, SessionFile } from '../store/session-file.ts';
import type { BlockEnd } from './block.ts';

/** Null: it ended as it should. The runs that it did are kept and judged in any case. */
export function whyBroken(end: BlockEnd, block: SessionFile['blocks'][number]): SessionEnd | null {
  const { group, seen } = end;
  const { tracer } = block;
  const runs = block.runs.length;
  if (seen.hasEnded && seen.runsDone === runs && !end.stalled && group.exitCode === 0) return null;
  const how = group.signal === null ? `with exit code ${group.exitCode ?? 'unknown'}` : `by ${group.signal}`;
  const who = tracer === 'none' ? 'the launcher' : tracer;
  if (seen.launcher === null && group.signal === null) {
    return {
      how: 'failed',
      exitCode: exitCodes.environment,
      text: `${who} did not start the runs: it ended ${how}`,
    };
  }
  const done = `${seen.runsDone} of ${runs} runs of its block were done`;
  if (end.stalled) return broken(`${who} made no progress any more and was ended; ${done}`);
  if (group.signal !== null || group.exitCode !== 0) return broken(`${who} ended ${how}; ${done}`);
  return broken(`the launcher ended before its last run; ${done}`);
}

function broken(text: string): SessionEnd {
  return { how: 'failed', exitCode: exitCodes.inconclusive, text };
}
