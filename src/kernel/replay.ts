/**
 * The replay of one run: process -> descriptor table -> open file description -> socket -> bound address,
 * with every reference accounted for. The only writer of the ledger. Events come in time order.
 */
import type { EnterEvent, ForkEvent, LossEvent, MarkEvent, ReturnEvent, TraceEvent } from '../trace/event.ts';
import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { nanos, pid } from '../trace/ids.ts';
import type { DoubtCode } from '../verdict/doubt.ts';
import { enterCall } from './enter-call.ts';
import { identified, released } from './identify.ts';
import type { BindJudgement, LedgerCounts, LedgerSink } from './ledger.ts';
import { isFork, Lifecycle } from './lifecycle.ts';
import { marked } from './mark-calls.ts';
import { messagesEnd } from './message.ts';
import type { InFlight, Process, Thread } from './process-table.ts';
import { returnCall } from './return-call.ts';
import { RunBooks } from './run-books.ts';

export interface ReplayOptions {
  /** Since Linux 6.6 close(2) releases inside the call; before, on the way back to user mode like all others. */
  readonly closeReleasesInCall: boolean;
  /** Told of every bind of a UDP or TCP socket, and every listen, that succeeded or met EADDRINUSE. */
  readonly onBind?: ((judgement: BindJudgement) => void) | undefined;
}

export class RunReplay {
  readonly #books: RunBooks;
  readonly #lifecycle: Lifecycle;
  #lastAt: Nanos = nanos(0);

  constructor(sink: LedgerSink, options: ReplayOptions) {
    this.#books = new RunBooks(sink, options);
    this.#lifecycle = new Lifecycle(this.#books);
  }

  get counts(): LedgerCounts {
    return this.#books.counts;
  }

  /** The run's first process, with no sockets: the launcher hands none on. */
  startRoot(event: ForkEvent): void {
    this.#lifecycle.start(event.pid, event.tid, event.at);
  }

  push(event: TraceEvent): void {
    this.#lastAt = event.at;
    switch (event.kind) {
      case 'enter':
        return this.#entered(event);
      case 'return':
        return this.#returned(event);
      case 'mark':
        return this.#marked(event);
      case 'fork':
        return this.#forked(event);
      case 'exit':
        return this.#lifecycle.exited(event);
      case 'release':
        return released(this.#books, this.#lifecycle.get(event.pid)?.threads.get(event.tid), event);
      case 'loss':
        return this.#lost(event);
    }
  }

  /** The launcher has waited for the process. */
  reaped(process: Pid, at: Nanos): void {
    this.#lifecycle.reaped(process, at);
  }

  /** The run is over, and with it every process: what is left ends with them. */
  end(at: Nanos): void {
    for (const process of this.#lifecycle.all()) this.#lifecycle.reaped(process.pid, at);
    messagesEnd(this.#books, at);
    for (const reference of this.#books.unreleased) this.#books.gone(reference, at);
    this.#books.settle();
    this.#books.conflicts.end();
  }

  /** The trace stops before the run does. */
  cut(): void {
    this.#books.doubts.cut();
    this.#lifecycle.cut(this.#lastAt);
    this.end(this.#lastAt);
  }

  #entered(event: EnterEvent): void {
    const thread = this.#thread(event);
    if (thread.inFlight !== null) this.#didNotReturn(thread, thread.inFlight, event.at);
    if (event.call.name === 'exit_group') return this.#lifecycle.endProcess(thread.process, event.at);
    if (event.call.name === 'exit') return this.#lifecycle.threadEnds(thread, event.at);
    if (event.socket !== undefined && 'fd' in event.call) {
      identified(this.#books, thread, event.call.fd, event.socket, event.at);
    }
    thread.inFlight = enterCall(this.#books, thread, event);
  }

  #returned(event: ReturnEvent): void {
    const isExec = event.name === 'execve' || event.name === 'execveat';
    const thread = this.#thread(event, isExec ? 'exec' : 'same');
    const { inFlight } = thread;
    if (inFlight?.call.name !== event.name) {
      // A child's own return from fork has no entry of its own.
      if (isFork(event.name) && inFlight === null) return;
      return this.#unpaired(thread, event.at, `${event.name} returned without having been entered`);
    }
    thread.inFlight = null;
    returnCall(this.#books, thread, inFlight, event);
    if (!event.result.ok) return;
    if (isExec) this.#lifecycle.execed(thread, inFlight, event);
    if (event.name === 'wait4' && event.result.value > 0) {
      this.#lifecycle.reaped(pid(event.result.value), event.at);
    }
  }

  #marked(event: MarkEvent): void {
    const thread = this.#thread(event);
    // A mark is a call of its own: whatever the thread was in is over.
    if (thread.inFlight !== null) this.#didNotReturn(thread, thread.inFlight, event.at);
    this.#books.counts.marks++;
    const cycle = cycleNamed(event.text);
    if (cycle !== null) {
      thread.process.cycle = cycle;
      this.#books.counts.cycles++;
      return;
    }
    const mark = this.#books.marks.read(event.text);
    if (mark !== null) marked(this.#books, mark, event);
  }

  #forked(event: ForkEvent): void {
    if (this.#lifecycle.forked(event)) return;
    this.#books.doubts.lossForGood();
    this.#doubtAt(
      'unknown-process',
      event.pid,
      event.at,
      `process ${event.pid} has a parent that was not seen`,
    );
  }

  #lost(event: LossEvent): void {
    this.#books.doubts.loss(event.at);
    this.#books.doubts.add({
      code: event.reason,
      address: null,
      pid: event.pid,
      at: event.at,
      text: event.text,
    });
  }

  #didNotReturn(thread: Thread, inFlight: InFlight, at: Nanos): void {
    this.#unpaired(thread, at, `${inFlight.call.name} did not return`);
  }

  #unpaired(thread: Thread, at: Nanos, text: string): void {
    if (thread.inFlight !== null) this.#books.abandonCall(thread, thread.inFlight, at, 'unpaired');
    thread.inFlight = null;
    // What a process does between the entry of exit_group and its end has no consequence.
    if (thread.process.isEnding) return;
    this.#books.doubts.loss(at);
    this.#doubtAt('unpaired', thread.process.pid, at, text);
  }

  /** The thread of an event. Its being here shows that what its last call dropped has been released. */
  #thread(
    event: { readonly at: Nanos; readonly pid: Pid; readonly tid: Tid },
    identity: 'same' | 'exec' = 'same',
  ): Thread {
    const process = this.#process(event);
    process.lastSeenAt = event.at;
    let thread = process.threads.get(event.tid);
    if (identity === 'exec' && !isExecing(thread)) {
      const execing = execingThread(process);
      if (execing !== undefined) {
        thread = this.#lifecycle.takeLeadership(process, execing, event.tid, event.at);
      }
    }
    thread ??= this.#lifecycle.addThread(process, event.tid);
    if (thread.tails.length > 0) this.#books.flushTails(thread, event.at);
    return thread;
  }

  #process(event: { readonly at: Nanos; readonly pid: Pid; readonly tid: Tid }): Process {
    const process = this.#lifecycle.get(event.pid);
    if (process !== undefined) return process;
    this.#books.doubts.lossForGood();
    this.#doubtAt('unknown-process', event.pid, event.at, `process ${event.pid} was not seen to start`);
    return this.#lifecycle.start(event.pid, event.tid, event.at);
  }

  #doubtAt(code: DoubtCode, process: Pid, at: Nanos, text: string): void {
    this.#books.doubts.add({ code, address: null, pid: process, at, text });
  }
}

/** `cycle N`. Null: another mark; most are, so they do not come as far as the expression. */
function cycleNamed(text: string): number | null {
  if (!text.startsWith('cycle ')) return null;
  const digits = /^cycle (\d{1,15})$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function execingThread(process: Process): Thread | undefined {
  for (const thread of process.threads.values()) if (isExecing(thread)) return thread;
  return undefined;
}

function isExecing(thread: Thread | undefined): boolean {
  const name = thread?.inFlight?.call.name;
  return name === 'execve' || name === 'execveat';
}
