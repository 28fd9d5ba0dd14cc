/** What the core makes of a history: the judgement of its runs, or the bare ledger of one. */
import type { FailedBind, LedgerCounts, SocketLife } from '../../src/kernel/ledger.ts';
import { RunReplay, type ReplayOptions } from '../../src/kernel/replay.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { pid as asPid } from '../../src/trace/ids.ts';
import { analyzeBlock, type BlockAnalysis, type BlockFacts } from '../../src/verdict/analysis.ts';
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { RunFacts } from '../../src/verdict/run-facts.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { launcher, program, type History } from './history.ts';

export const soundRun: RunFacts = {
  run: '0001',
  pid: program,
  isolated: true,
  ended: { exitCode: 0, signal: null, by: 'itself', error: null },
  claims: null,
  claimsExpected: false,
};

const soundBlock: BlockFacts = {
  session: 'test',
  evidence: 'trace',
  closeReleasesInCall: true,
  runs: [soundRun],
  losses: [],
  doubts: [],
};

/** The judgement of the only run, which ended well and in a namespace of its own unless `facts` says otherwise. */
export async function judge(history: History, facts: Partial<RunFacts> = {}): Promise<RunSummary> {
  return judgeEvents(history.whole(), facts);
}

export async function judgeEvents(
  events: readonly TraceEvent[],
  facts: Partial<RunFacts> = {},
): Promise<RunSummary> {
  const block = await judgeBlock(events, { runs: [{ ...soundRun, ...facts }] });
  const [run] = block.runs;
  if (run === undefined) throw new Error('a block answers for each of its runs');
  return run;
}

export async function judgeBlock(
  events: readonly TraceEvent[],
  facts: Partial<BlockFacts> = {},
): Promise<BlockAnalysis> {
  return analyzeBlock(inBatches(events), { ...soundBlock, ...facts });
}

async function* inBatches(events: readonly TraceEvent[]): AsyncGenerator<readonly TraceEvent[]> {
  for (let start = 0; start < events.length; start += 7) {
    yield events.slice(start, start + 7);
    await Promise.resolve();
  }
}

export interface Ledger {
  readonly sockets: readonly SocketLife[];
  readonly failedBinds: readonly FailedBind[];
  readonly doubts: readonly Omit<Doubt, 'run'>[];
  readonly counts: LedgerCounts;
}

/** The ledger of a history with a single run, without the judgement; sockets in order of creation. */
export function ledgerOf(
  events: readonly TraceEvent[],
  options: ReplayOptions = { closeReleasesInCall: true },
): Ledger {
  const sockets: SocketLife[] = [];
  const failedBinds: FailedBind[] = [];
  const doubts: Omit<Doubt, 'run'>[] = [];
  const replay = new RunReplay(
    {
      socketEnded: (life) => sockets.push(life),
      bindFailed: (bind) => failedBinds.push(bind),
      doubt: (doubt) => doubts.push(doubt),
    },
    options,
  );
  let state: 'before' | 'running' | 'over' = 'before';
  for (const event of events) {
    const byLauncher = event.kind !== 'loss' && event.pid === launcher;
    if (event.kind === 'fork' && event.parent === launcher && state === 'before') {
      state = 'running';
      replay.startRoot(event);
    } else if (byLauncher && event.kind === 'return' && event.name === 'wait4' && event.result.ok) {
      replay.reaped(asPid(event.result.value), event.at);
    } else if (byLauncher && event.kind === 'mark' && / end$/.test(event.text) && state === 'running') {
      state = 'over';
      replay.end(event.at);
    } else if (!byLauncher) replay.push(event);
  }
  if (state === 'running') replay.cut();
  sockets.sort((a, b) => a.number - b.number);
  failedBinds.sort((a, b) => a.returnedAt - b.returnedAt);
  return { sockets, failedBinds, doubts, counts: replay.counts };
}
