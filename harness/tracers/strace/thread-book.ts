/** Which threads there are and to which process each belongs, as far as the log has told. */
import type { ForkEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { pid, tid } from '../../../src/trace/ids.ts';

export interface Thread {
  readonly tid: number;
  readonly pid: number;
  /** The clone, fork or vfork that it is inside. */
  cloning: Cloning | null;
}

export interface Cloning {
  /** Null: not printed yet. */
  readonly flags: number | null;
  /** The thread that it made, once that is known; -1: none, it failed. */
  child: number | null;
  /** The child has been seen. It can have ended again before the clone returns. */
  isBorn: boolean;
}

const CLONE_THREAD = 0x10000;

export class ThreadBook {
  readonly #threads = new Map<number, Thread>();
  readonly #cloning = new Set<Thread>();
  /** Processes that have not ended, with the number of their threads. */
  readonly #processes = new Map<number, number>();
  /** Processes that called exit_group. */
  readonly #ending = new Set<number>();

  get(number: number): Thread | undefined {
    return this.#threads.get(number);
  }

  get size(): number {
    return this.#threads.size;
  }

  /** The only thread there is; undefined where there are several or none. */
  get only(): Thread | undefined {
    return this.#threads.size === 1 ? this.#threads.values().next().value : undefined;
  }

  get oldest(): Thread | undefined {
    return this.#threads.values().next().value;
  }

  /** Threads inside a clone whose child is not known, the one that entered it first in front. */
  parentsToBe(): readonly Thread[] {
    return [...this.#cloning].filter((thread) => thread.cloning?.child === null);
  }

  /** Processes that have not ended; `ending`: of which nothing but the line that says so is missing. */
  alive(): readonly ('running' | 'ending')[] {
    return [...this.#processes.keys()].map((process) => (this.#ending.has(process) ? 'ending' : 'running'));
  }

  start(number: number, process: number): Thread {
    const thread: Thread = { tid: number, pid: process, cloning: null };
    this.#threads.set(number, thread);
    this.#processes.set(process, (this.#processes.get(process) ?? 0) + 1);
    return thread;
  }

  /**
   * The child of a clone: with CLONE_THREAD in the same process, else the first thread of a new one.
   * @param flags null: not known; then it is a process
   */
  fork(
    parent: Thread,
    child: number,
    flags: number | null | 'thread',
    at: Nanos,
  ): { readonly thread: Thread; readonly event: ForkEvent } {
    const isThread = flags === 'thread' || (flags !== null && (flags & CLONE_THREAD) !== 0);
    const thread = this.start(child, isThread ? parent.pid : child);
    const [process, number] = [pid(thread.pid), tid(child)];
    const parents = { parent: pid(parent.pid), parentTid: tid(parent.tid) };
    return { thread, event: { kind: 'fork', at, pid: process, tid: number, ...parents } };
  }

  cloneEntered(thread: Thread, flags: number | null): void {
    thread.cloning = { flags, child: null, isBorn: false };
    this.#cloning.add(thread);
  }

  cloneReturned(thread: Thread): void {
    thread.cloning = null;
    this.#cloning.delete(thread);
  }

  exitGroupEntered(thread: Thread): void {
    this.#ending.add(thread.pid);
  }

  /**
   * The kernel reports the end of a process's first thread last of all its threads.
   * @returns whether the process has ended with it
   */
  end(thread: Thread): boolean {
    this.#remove(thread);
    const left = this.#processes.get(thread.pid) ?? 0;
    if (thread.tid !== thread.pid && left > 0) return false;
    for (const other of [...this.#threads.values()]) if (other.pid === thread.pid) this.#remove(other);
    this.#processes.delete(thread.pid);
    this.#ending.delete(thread.pid);
    return true;
  }

  /** execve by a thread that was not the first: it takes over the first one's number, and all others are gone. */
  supersede(from: number, leader: Thread): void {
    const execing = this.#threads.get(from);
    if (execing !== undefined) this.#remove(execing);
    for (const other of [...this.#threads.values()]) if (other.pid === leader.pid) this.#remove(other);
    this.#processes.delete(leader.pid);
    this.start(leader.tid, leader.pid);
  }

  #remove(thread: Thread): void {
    this.#threads.delete(thread.tid);
    this.#cloning.delete(thread);
    this.#processes.set(thread.pid, (this.#processes.get(thread.pid) ?? 1) - 1);
  }
}
