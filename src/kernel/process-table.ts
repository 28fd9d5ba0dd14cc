import type { Call } from '../trace/event.ts';
import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import type { Closing, FdTable, PendingCopy } from './fd-table.ts';
import type { PendingBind } from './port-book.ts';
import type { Reference } from './reference.ts';
import type { Socket } from './socket.ts';

/** A call that has been entered and has not returned. */
export interface InFlight {
  readonly call: Call;
  readonly enteredAt: Nanos;
  /** The socket that the call's descriptor named at its entry. */
  readonly socket: Socket | null;
  /** The reference that the call itself is, for calls that can wait. */
  readonly reference: Reference | null;
  /** What the call takes away if it succeeds; dup2 and exec leave it in its slot until then. */
  readonly taken: readonly Reference[];
  /** close, close_range: what it takes is taken from its slots already. */
  readonly closing: Closing | null;
  /** A bind or listen of a socket that the replay knows. */
  readonly pendingBind: PendingBind | null;
  /** Of which fcntl or ioctl changes close-on-exec. */
  readonly slot: Reference | null;
  /** The copy of the table that a fork, unshare or exec is about to make. */
  readonly pendingCopy: PendingCopy | null;
}

export interface Thread {
  readonly tid: Tid;
  readonly process: Process;
  table: FdTable;
  inFlight: InFlight | null;
  /** Dropped by its last call; the kernel may release them until this thread runs user code again. */
  tails: Reference[];
  /** fsuid; null: that of the run's first process. */
  owner: number | null;
  /** Its last bind or listen, refused to a socket of MPTCP: net.Listen of Go then tries plain TCP. */
  refused: RefusedMultipath | null;
}

interface RefusedMultipath {
  readonly call: 'bind' | 'listen';
  readonly address: string | null;
}

export interface Process {
  readonly pid: Pid;
  readonly threads: Map<Tid, Thread>;
  cycle: number | null;
  lastSeenAt: Nanos;
  /** exit_group was entered, or its last thread is gone. */
  isEnding: boolean;
  /** Tables that end with it, until somebody has waited for it. */
  readonly endedTables: FdTable[];
  /** Calls in flight of threads that were dying: gone when somebody has waited for it, or when its exec returns. */
  endedCalls: Reference[];
}

export class ProcessTable {
  readonly #processes = new Map<Pid, Process>();

  get(pid: Pid): Process | undefined {
    return this.#processes.get(pid);
  }

  all(): Iterable<Process> {
    return this.#processes.values();
  }

  start(pid: Pid, tid: Tid, table: FdTable, at: Nanos, owner: number | null): Thread {
    const process: Process = {
      pid,
      threads: new Map(),
      cycle: null,
      lastSeenAt: at,
      isEnding: false,
      endedTables: [],
      endedCalls: [],
    };
    this.#processes.set(pid, process);
    return this.addThread(process, tid, table, owner);
  }

  addThread(process: Process, tid: Tid, table: FdTable, owner: number | null): Thread {
    const thread: Thread = { tid, process, table, inFlight: null, tails: [], owner, refused: null };
    process.threads.set(tid, thread);
    // The threads of a process that is ending have left its table already.
    if (!process.isEnding) table.users++;
    return thread;
  }

  remove(pid: Pid): void {
    this.#processes.delete(pid);
  }
}
