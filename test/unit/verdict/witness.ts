/** What a tracer has of a run: a history, replayed with a log of its binds. */
import type { TraceEvent } from '../../../src/trace/event.ts';
import { BindLog } from '../../../src/verdict/bind-log.ts';
import type { Witness } from '../../../src/verdict/cross-check.ts';
import type { Actor } from '../../histories/actor.ts';
import { History } from '../../histories/history.ts';
import { judgeBlock, soundRun } from '../../histories/judge.ts';

export async function witness(
  tracer: string,
  tell: (main: Actor, history: History) => void,
): Promise<Witness> {
  const history = new History();
  tell(history.run(), history);
  return witnessOf(tracer, history.whole());
}

export async function witnessOf(tracer: string, events: readonly TraceEvent[]): Promise<Witness> {
  const binds = new BindLog();
  const { runs, doubts } = await judgeBlock(events, { bindLogs: new Map([[soundRun.run, binds]]) });
  const [summary] = runs;
  if (summary === undefined) throw new Error('a block answers for each of its runs');
  return { tracer, summary, binds, doubts };
}
