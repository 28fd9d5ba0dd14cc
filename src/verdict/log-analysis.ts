/**
 * A log that a user already has: the events of one program and of all that it started, without the launcher's
 * frame. The first process seen is the root. Ports are shared with the rest of the machine, there are no claims,
 * and what was open before the log began is not known.
 */
import type { ForkEvent, LossEvent, MarkEvent, TraceEvent } from '../trace/event.ts';
import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { nanos } from '../trace/ids.ts';
import type { Doubt } from './doubt.ts';
import { LogRun, type LogRules } from './log-run.ts';
import { RefusedBinds, type RefusedBind } from './refused-binds.ts';
import type { RunSummary } from './run-summary.ts';

export interface LogAnalysis {
  /** Its run is called `onlyRun`. */
  readonly summary: RunSummary;
  readonly refused: readonly RefusedBind[];
  readonly refusedOmitted: number;
  readonly seen: LogContent;
  /** Not null: this is the trace of a session, and its runs have to be told apart by the launcher's marks. */
  readonly frame: LogFrame | null;
}

/** What there is in the log at all. */
export interface LogContent {
  readonly events: number;
  readonly processes: number;
  readonly threads: number;
  /** `exec`: the first thing seen is the start of the program; `midway`: it was running already, or its start is not shown. */
  readonly begin: 'exec' | 'midway';
}

export interface LogFrame {
  readonly session: string;
  /** In the order in which they began. */
  readonly runs: readonly string[];
}

export async function analyzeLog(
  batches: AsyncIterable<readonly TraceEvent[]>,
  rules: LogRules,
): Promise<LogAnalysis> {
  const reader = new LogReader(rules);
  for await (const batch of batches) for (const event of batch) reader.push(event);
  return reader.finish();
}

class LogReader {
  readonly #rules: LogRules;
  readonly #run: LogRun;
  readonly #refused = new RefusedBinds();
  readonly #lossesAnywhere: Doubt[] = [];
  readonly #processes = new Set<Pid>();
  readonly #unfinished = new Set<Pid>();
  readonly #threads = new Set<Tid>();
  #begin: LogContent['begin'] | null = null;
  #session: string | null = null;
  #isBrokenOff = false;
  readonly #runs: string[] = [];
  #events = 0;
  #lastAt: Nanos = nanos(0);

  constructor(rules: LogRules) {
    this.#rules = rules;
    this.#run = new LogRun({ run: onlyRun, isolated: false }, rules);
  }

  push(event: TraceEvent): void {
    this.#events++;
    this.#lastAt = event.at;
    if (event.kind === 'loss') return this.#lost(event);
    if (event.kind === 'mark') this.#marked(event);
    if (this.#session !== null) return;
    this.#refused.push(event);
    if (event.kind === 'fork') this.#forked(event);
    else this.#heardOf(event);
    this.#run.replay.push(event);
  }

  finish(): LogAnalysis {
    if (this.#unfinished.size === 0) this.#run.replay.end(this.#lastAt);
    else this.#breakOff();
    return {
      summary: this.#run.finish(null, this.#lossesAnywhere, this.#lossesAnywhere.length > 0),
      refused: this.#refused.kept,
      refusedOmitted: this.#refused.omitted,
      seen: {
        events: this.#events,
        processes: this.#processes.size,
        threads: this.#threads.size,
        begin: this.#begin ?? 'midway',
      },
      frame: this.#session === null ? null : { session: this.#session, runs: this.#runs },
    };
  }

  /** What comes after the log is not known, whether or not its decoder has said so. */
  #breakOff(): void {
    this.#run.replay.cut();
    if (this.#isBrokenOff) return;
    const [pid = null] = this.#unfinished;
    const others = this.#unfinished.size === 1 ? '' : ` and ${this.#unfinished.size - 1} more`;
    const text = `the end of process ${pid ?? ''}${others} is not in the log`;
    this.#run.doubt({ code: 'truncated', address: null, pid, at: this.#lastAt, text });
  }

  #lost(event: LossEvent): void {
    const { reason, pid, at, text } = event;
    if (reason === 'truncated') this.#isBrokenOff = true;
    if (event.extent === 'moment') return this.#run.replay.push(event);
    if (reason === 'truncated' && this.#rules.breakLoses === 'the-end') {
      return this.#run.doubt({ code: reason, address: null, pid, at, text });
    }
    if (this.#lossesAnywhere.length === lossesKept) return;
    this.#lossesAnywhere.push({ code: reason, run: null, address: null, pid, at, text });
  }

  #marked({ text }: MarkEvent): void {
    const [, session] = /^session begin (\S+)$/.exec(text) ?? [];
    this.#session ??= session ?? null;
    const [, run] = /^run (\S+) begin$/.exec(text) ?? [];
    if (run !== undefined && this.#runs.length < runsKept) this.#runs.push(run);
  }

  #forked(event: ForkEvent): void {
    if (!this.#processes.has(event.parent)) this.#firstSeen(event.parent, event.parentTid, event.at);
    this.#threads.add(event.tid);
    this.#processes.add(event.pid);
    this.#unfinished.add(event.pid);
  }

  #heardOf(event: Exclude<TraceEvent, LossEvent | ForkEvent>): void {
    const { pid, tid, at } = event;
    if (!this.#processes.has(pid)) this.#firstSeen(pid, tid, at);
    this.#begin ??= event.kind === 'enter' && event.call.name === 'execve' ? 'exec' : 'midway';
    this.#threads.add(tid);
    const isEnd =
      event.kind === 'exit' ? event.last : event.kind === 'enter' && event.call.name === 'exit_group';
    if (isEnd) this.#unfinished.delete(pid);
  }

  /** Its start is not in the log: the root, or one that the tracer was attached to. */
  #firstSeen(pid: Pid, tid: Tid | null, at: Nanos): void {
    if (this.#processes.size > 0) {
      const text = `process ${pid} was not seen to start: what it had open before is not known`;
      this.#run.doubt({ code: 'unknown-process', address: null, pid, at, text });
    }
    this.#processes.add(pid);
    this.#unfinished.add(pid);
    const first = tid ?? (pid as number as Tid);
    this.#run.replay.startRoot({ kind: 'fork', at, pid, tid: first, parent: pid, parentTid: null });
  }
}

export const onlyRun = 'log';

const lossesKept = 100;
const runsKept = 100_000;
