/**
 * A block of runs under one tracer: its events are dealt out to the runs by process ancestry, between the
 * launcher's marks, and every run is replayed and judged on its own.
 */
import type { ForkEvent, LossEvent, MarkEvent, TraceEvent } from '../trace/event.ts';
import type { Pid } from '../trace/ids.ts';
import type { ReplayOptions } from '../kernel/replay.ts';
import type { BindLog } from './bind-log.ts';
import type { ClaimsValue } from './claims.ts';
import type { Doubt } from './doubt.ts';
import { RunAnalysis } from './run-analysis.ts';
import { runDoubts, untracedSummary, type RunFacts } from './run-facts.ts';
import type { RunSummary } from './run-summary.ts';

export interface BlockFacts extends ReplayOptions {
  readonly session: string;
  readonly evidence: 'trace' | 'claims';
  readonly runs: readonly RunFacts[];
  /** By run: to be filled with its binds. */
  readonly bindLogs?: ReadonlyMap<string, BindLog>;
  /** The session ended in order: a trace without the launcher's last mark is not whole. */
  readonly endExpected?: boolean;
  /** What the way the tracer ended says about missing events. */
  readonly losses: readonly LossEvent[];
  /** From the shell: altered files, an interrupted session. `run` null: every run. */
  readonly doubts: readonly Doubt[];
}

export interface BlockAnalysis {
  /** One for each of the facts' runs, in their order. */
  readonly runs: readonly RunSummary[];
  /** Those that concern every run. */
  readonly doubts: readonly Doubt[];
}

export async function analyzeBlock(
  batches: AsyncIterable<readonly TraceEvent[]>,
  facts: BlockFacts,
): Promise<BlockAnalysis> {
  if (facts.evidence === 'claims') {
    return {
      runs: facts.runs.map(untracedSummary),
      doubts: facts.doubts.filter((doubt) => doubt.run === null),
    };
  }
  const deal = new RunDealer(facts);
  for await (const batch of batches) for (const event of batch) deal.push(event);
  return deal.finish();
}

class RunDealer {
  readonly #facts: BlockFacts;
  readonly #runFacts: ReadonlyMap<string, RunFacts>;
  readonly #analyses = new Map<string, RunAnalysis>();
  readonly #runOfProcess = new Map<Pid, RunAnalysis>();
  /** The wrapper, the launcher's dummy child: seen while no run was going on. */
  readonly #outsiders = new Set<Pid>();
  readonly #sessionDoubts: Doubt[] = [];
  #launcher: Pid | null = null;
  #current: RunAnalysis | null = null;
  /** Runs of which the first process was seen to start. */
  readonly #rooted = new Set<string>();
  #currentFacts: RunFacts | null = null;
  readonly #ended = new Set<string>();
  #sessionEnded = false;

  constructor(facts: BlockFacts) {
    this.#facts = facts;
    this.#runFacts = new Map(facts.runs.map((run) => [run.run, run]));
    for (const loss of facts.losses) this.#lossAnywhere(loss);
    for (const doubt of facts.doubts) if (doubt.run === null) this.#sessionDoubts.push(doubt);
  }

  push(event: TraceEvent): void {
    if (event.kind === 'loss') return this.#lost(event);
    const analysis = this.#runOfProcess.get(event.pid);
    if (event.kind === 'fork') return this.#forked(event);
    if (analysis !== undefined) return analysis.replay.push(event);
    if (event.kind === 'mark' && this.#launcherMarked(event)) return;
    if (event.pid === this.#launcher) {
      if (event.kind === 'return' && event.name === 'wait4' && event.result.ok && event.result.value > 0) {
        this.#current?.replay.reaped(event.result.value as Pid, event.at);
      }
      return;
    }
    // A process of which no start was seen, while a run is going on, can only be the run's: a doubt.
    if (this.#current !== null && !this.#outsiders.has(event.pid)) this.#current.replay.push(event);
    else this.#outsiders.add(event.pid);
  }

  finish(): BlockAnalysis {
    if (this.#facts.endExpected && !this.#sessionEnded) {
      const text = 'the session ended in order, and the trace does not show its end';
      this.#sessionDoubts.push({ code: 'truncated', run: null, address: null, pid: null, at: null, text });
    }
    for (const run of this.#facts.runs)
      if (!this.#ended.has(run.run)) this.#analyses.get(run.run)?.replay.cut();
    const inDoubt = this.#sessionDoubts.length > 0;
    const runs = this.#facts.runs.map((run) => {
      const shell = this.#facts.doubts.filter((doubt) => doubt.run === run.run);
      const analysis = this.#analyses.get(run.run) ?? this.#analysisOf(run);
      return analysis.finish(run.claims, [...shell, ...runDoubts(run, this.#traceOf(run.run))], inDoubt);
    });
    return { runs, doubts: this.#sessionDoubts };
  }

  #traceOf(run: string): 'whole' | 'cut' | 'empty' {
    if (!this.#ended.has(run)) return 'cut';
    return this.#rooted.has(run) ? 'whole' : 'empty';
  }

  #lost(event: LossEvent): void {
    if (event.extent === 'anywhere') return this.#lossAnywhere(event);
    const analysis =
      event.pid === null ? this.#current : (this.#runOfProcess.get(event.pid) ?? this.#current);
    // Between two runs it may have been the mark that begins one.
    if (analysis === null) this.#lossAnywhere(event);
    else analysis.replay.push(event);
  }

  #lossAnywhere(event: LossEvent): void {
    const { reason, pid, at, text } = event;
    if (this.#sessionDoubts.length < sessionDoubtsKept) {
      this.#sessionDoubts.push({ code: reason, run: null, address: null, pid, at, text });
    }
  }

  #forked(event: ForkEvent): void {
    const parentRun = this.#runOfProcess.get(event.parent);
    if (parentRun !== undefined) {
      this.#runOfProcess.set(event.pid, parentRun);
      return parentRun.replay.push(event);
    }
    if (
      event.pid === event.parent ||
      event.parent !== this.#launcher ||
      this.#current === null ||
      this.#currentFacts === null ||
      this.#rooted.has(this.#currentFacts.run)
    ) {
      this.#outsiders.add(event.pid);
      return;
    }
    const expected = this.#currentFacts.pid;
    if (expected !== null && expected !== event.pid) {
      this.#outsiders.add(event.pid);
      return;
    }
    this.#rooted.add(this.#currentFacts.run);
    this.#outsiders.delete(event.pid);
    this.#runOfProcess.set(event.pid, this.#current);
    this.#current.replay.startRoot(event);
  }

  /** `session begin ID`, `run RUN begin`, `run RUN end`, `session end ID`: only the launcher's own word counts. */
  #launcherMarked(event: MarkEvent): boolean {
    if (event.text === `session begin ${this.#facts.session}` && this.#launcher === null) {
      this.#launcher = event.pid;
      return true;
    }
    if (event.pid !== this.#launcher) return false;
    if (event.text === `session end ${this.#facts.session}`) this.#sessionEnded = true;
    const [, name, edge] = /^run (\S+) (begin|end)$/.exec(event.text) ?? [];
    const facts = name === undefined ? undefined : this.#runFacts.get(name);
    if (facts === undefined) return true;
    if (edge === 'begin') this.#begin(facts);
    else this.#end(facts, event);
    return true;
  }

  #begin(facts: RunFacts): void {
    const analysis = this.#analysisOf(facts);
    this.#analyses.set(facts.run, analysis);
    this.#current = analysis;
    this.#currentFacts = facts;
    this.#rooted.delete(facts.run);
  }

  #end(facts: RunFacts, event: MarkEvent): void {
    const analysis = this.#analyses.get(facts.run);
    if (analysis === undefined || analysis !== this.#current) return;
    // The launcher has waited for all of them: from here on these numbers may be anybody's.
    for (const [pid, run] of this.#runOfProcess) if (run === analysis) this.#runOfProcess.delete(pid);
    analysis.replay.end(event.at);
    this.#ended.add(facts.run);
    this.#current = null;
  }

  #analysisOf(facts: RunFacts): RunAnalysis {
    const { closeReleasesInCall, onBind, bindLogs } = this.#facts;
    const { run, isolated } = facts;
    return new RunAnalysis({ run, isolated }, { closeReleasesInCall, onBind }, bindLogs?.get(run));
  }
}

export type { ClaimsValue, RunFacts };

const sessionDoubtsKept = 100;
