/** Processes and threads: how they start, share or copy tables, exec and end. */
import type { ExitEvent, ForkEvent, ReturnEvent } from '../trace/event.ts';
import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { CLONE_FILES, CLONE_THREAD } from './abi.ts';
import { FdTable } from './fd-table.ts';
import { ProcessTable, type InFlight, type Process, type Thread } from './process-table.ts';
import type { RunBooks } from './run-books.ts';
import { execReturned } from './taking-calls.ts';

export class Lifecycle {
  readonly #processes = new ProcessTable();
  readonly #books: RunBooks;

  constructor(books: RunBooks) {
    this.#books = books;
  }

  get(pid: Pid): Process | undefined {
    return this.#processes.get(pid);
  }

  all(): readonly Process[] {
    return [...this.#processes.all()];
  }

  /** A process of which nothing is known but that it is there. */
  start(pid: Pid, tid: Tid, at: Nanos): Process {
    return this.#processes.start(pid, tid, new FdTable(), at, null).process;
  }

  /** @returns false where the parent is not known: then the child starts with an empty table. */
  forked(event: ForkEvent): boolean {
    const parent = this.#processes.get(event.parent);
    const forking = parent === undefined ? null : forkingThread(parent, event);
    if (parent === undefined || forking === null) {
      this.start(event.pid, event.tid, event.at);
      return false;
    }
    const { thread, flags } = forking;
    if (event.pid === event.parent) {
      // A tid that is in use: its exit was not seen.
      const stale = parent.threads.get(event.tid);
      if (stale !== undefined) this.dropThread(stale, event.at, 'dead');
      this.#processes.addThread(parent, event.tid, thread.table, thread.owner);
      return true;
    }
    this.reaped(event.pid, event.at);
    const shares = flags != null && (flags & CLONE_FILES) !== 0;
    const { pid, tid, at } = event;
    const pending = thread.inFlight?.pendingCopy ?? null;
    const table = shares ? thread.table : thread.table.copy({ pid, tid, at }, pending);
    this.#processes.start(pid, tid, table, at, thread.owner);
    this.#books.copyEnded(thread.table, pending, at);
    // Without its clone nobody knows what it shares with its parent from now on.
    if (flags === undefined) this.#books.doubts.unknownSharing(thread, at);
    return true;
  }

  /** A thread that was not announced shares the table of its siblings. */
  addThread(process: Process, tid: Tid): Thread {
    const sibling = process.threads.values().next().value;
    return this.#processes.addThread(process, tid, sibling?.table ?? new FdTable(), sibling?.owner ?? null);
  }

  exited(event: ExitEvent): void {
    const process = this.#processes.get(event.pid);
    if (process === undefined) return;
    if (event.last) return this.endProcess(process, event.at);
    const thread = process.threads.get(event.tid);
    if (thread !== undefined) this.dropThread(thread, event.at, 'dying');
  }

  /** exit(2), as opposed to exit_group(2), ends one thread. */
  threadEnds(thread: Thread, at: Nanos): void {
    if (thread.process.threads.size === 1) this.endProcess(thread.process, at);
    else this.dropThread(thread, at, 'dying');
  }

  /** From here on nothing of the process is certain; gone it is when somebody has waited for it. */
  endProcess(process: Process, at: Nanos): void {
    if (process.isEnding) return;
    process.isEnding = true;
    for (const thread of process.threads.values()) {
      thread.inFlight?.reference?.endWithProcess(at);
      this.#leaveTable(thread, at);
    }
  }

  /** The trace ends here: what is held now was certainly held until now, but for calls that may yet say EBADF. */
  cut(at: Nanos): void {
    for (const process of this.#processes.all()) {
      for (const thread of process.threads.values()) {
        const reference = thread.inFlight?.reference;
        if (reference != null && !process.isEnding) reference.neverProven(at);
        for (const each of thread.table.all()) each.endWithTrace(at);
      }
    }
  }

  /** Somebody has waited for the process: the kernel has released all that it held. */
  reaped(pid: Pid, at: Nanos): void {
    const process = this.#processes.get(pid);
    if (process === undefined) return;
    this.endProcess(process, at);
    for (const thread of [...process.threads.values()]) this.dropThread(thread, at, 'dead');
    for (const table of process.endedTables) {
      // A child that was being made when its parent ended may share it.
      if (table.users > 0) continue;
      for (const reference of table.all()) this.#books.gone(reference, at);
    }
    this.#callsEnded(process, at);
    this.#processes.remove(pid);
    this.#books.marks.forget(pid);
  }

  /** Of threads that were dying when their end was told. */
  #callsEnded(process: Process, at: Nanos): void {
    const { endedCalls } = process;
    process.endedCalls = [];
    for (const reference of endedCalls) this.#books.gone(reference, at);
  }

  /** `dying`: the kernel has yet to drop what its call holds. */
  dropThread(thread: Thread, at: Nanos, state: 'dying' | 'dead'): void {
    if (thread.inFlight !== null) this.#books.abandonCall(thread, thread.inFlight, at, state);
    thread.inFlight = null;
    this.#books.flushTails(thread, at);
    thread.process.threads.delete(thread.tid);
    if (!thread.process.isEnding) this.#leaveTable(thread, at);
  }

  /** The other threads end, then nobody shares the table any more, then the close-on-exec descriptors go. */
  execed(thread: Thread, inFlight: InFlight, event: ReturnEvent): void {
    const { table } = thread;
    for (const other of [...thread.process.threads.values()])
      if (other !== thread) this.#endForExec(other, inFlight, event.at);
    this.#callsEnded(thread.process, event.at);
    this.#books.unshareTable(thread, event.at, inFlight.pendingCopy);
    this.#books.copyEnded(table, inFlight.pendingCopy, event.at);
    execReturned(this.#books, thread, inFlight.call.name, inFlight.enteredAt, event);
  }

  /** Killed at some moment of the exec. */
  #endForExec(thread: Thread, exec: InFlight | null, at: Nanos): void {
    thread.inFlight?.reference?.endWithProcess(exec?.enteredAt ?? at);
    this.dropThread(thread, at, 'dead');
  }

  /** A thread other than the first execs: it takes over the first one's tid. */
  takeLeadership(process: Process, execing: Thread, tid: Tid, at: Nanos): Thread {
    const leader = process.threads.get(tid);
    if (leader !== undefined) this.#endForExec(leader, execing.inFlight, at);
    process.threads.delete(execing.tid);
    const thread = { ...execing, tid };
    process.threads.set(tid, thread);
    return thread;
  }

  /** With its last thread a table ends; the kernel drops what is in it a little later. */
  #leaveTable(thread: Thread, at: Nanos): void {
    thread.table.users--;
    if (thread.table.users > 0) return;
    thread.process.endedTables.push(thread.table);
    for (const reference of thread.table.all()) reference.endWithProcess(at);
  }
}

export function isFork(name: string): boolean {
  return name === 'clone' || name === 'clone3' || name === 'fork' || name === 'vfork';
}

/** `flags` undefined: no call was seen that made the child. */
interface Forking {
  readonly thread: Thread;
  readonly since: Nanos;
  readonly flags: number | null | undefined;
}

/** The thread whose fork made this child, since when, with which flags; the earliest where several may have. */
function forkingThread(parent: Process, event: ForkEvent): Forking | null {
  let best: Forking | null = null;
  for (const thread of parent.threads.values()) {
    const call = thread.inFlight?.call;
    if (thread.inFlight === null || call === undefined || !isFork(call.name) || !('flags' in call)) continue;
    if (event.parentTid !== null && thread.tid !== event.parentTid) continue;
    const { flags } = call;
    const makesThread = flags !== null && (flags & CLONE_THREAD) !== 0;
    if (flags !== null && makesThread !== (event.pid === event.parent)) continue;
    if (best === null || thread.inFlight.enteredAt < best.since) {
      best = { thread, since: thread.inFlight.enteredAt, flags };
    }
  }
  if (best !== null) return best;
  const thread = parent.threads.values().next().value;
  return thread === undefined ? null : { thread, since: event.at, flags: undefined };
}
