/**
 * What one trace says about the binds of a run, kept so that another trace of the same run can be held against it.
 * A bind is known by its thread and its number there: the calls of a thread have one order, which two observers can
 * not see differently, while those of two threads at once have none. Listens are left out: of a port that the kernel
 * chose, not every tracer tells.
 */
import { isCertainHolder } from '../findings/conflict.ts';
import type { BindJudgement, FailedBind, HoldingSocket, ReferenceLife } from '../kernel/ledger.ts';
import type { Pid } from '../trace/ids.ts';

/** The n-th bind of a thread, from 1. */
export interface BindPlace {
  /** `thread 4712 of process 4711` */
  readonly thread: string;
  readonly number: number;
}

export interface LoggedBind extends Pick<BindJudgement, 'predicted' | 'answered'> {
  /** That was asked for: `udp 127.0.0.1:3001`. */
  readonly address: string;
  /** Null: it was not refused, or is the second try of one that was. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  /** That may have been in its way. */
  readonly holders: readonly NamedHolder[];
  /** It may have been something that the trace does not show: a port that is not told, a closed connection. */
  readonly isOpen: boolean;
}

export interface NamedHolder {
  /** The bind that bound it; null: none did (connect, accept, or before the run). */
  readonly boundBy: BindPlace | null;
  /** `fd 3 of process 4711`, `recvfrom of fd 3 in thread 4712 of process 4711` */
  readonly references: readonly string[];
  /** It was certainly in the way. */
  readonly certain: boolean;
}

export class BindLog {
  readonly #threads = new Map<string, { readonly pid: Pid; readonly binds: LoggedBind[] }>();
  /** By number of the socket. */
  readonly #boundBy = new Map<number, BindPlace>();
  /** Refused, and nothing is told of their holders yet. */
  readonly #waiting = new Map<string, { readonly binds: LoggedBind[]; readonly index: number }>();
  /** Nearly all binds say one of a few things. */
  readonly #known = new Map<string, LoggedBind>();

  /** By the name of the thread, its binds in their order. */
  get threads(): ReadonlyMap<string, { readonly pid: Pid; readonly binds: readonly LoggedBind[] }> {
    return this.#threads;
  }

  judged({ call, network, address, predicted, answered, socket, pid, tid, enteredAt }: BindJudgement): void {
    if (call !== 'bind') return;
    const thread = threadName(pid, tid);
    const { binds } = this.#threads.get(thread) ?? this.#begin(thread, pid);
    const index = binds.push(this.#logged({ address: `${network} ${address}`, predicted, answered })) - 1;
    if (answered === 'free') this.#boundBy.set(socket, { thread, number: index + 1 });
    else this.#waiting.set(keyOf({ tid, enteredAt }), { binds, index });
  }

  refused(bind: FailedBind): void {
    const waiting = this.#waiting.get(keyOf(bind));
    const logged = waiting?.binds[waiting.index];
    if (bind.call !== 'bind' || waiting === undefined || logged === undefined) return;
    this.#waiting.delete(keyOf(bind));
    const { address, unknownPorts, anyPort, leftConnections } = bind;
    waiting.binds[waiting.index] = {
      ...logged,
      refusal: {
        holders: bind.holders.map((holder) => this.#named(holder, bind)),
        isOpen: address === null || unknownPorts || anyPort || leftConnections.length > 0,
      },
    };
  }

  #begin(thread: string, pid: Pid): { readonly binds: LoggedBind[] } {
    const begun = { pid, binds: [] };
    this.#threads.set(thread, begun);
    return begun;
  }

  #named(holder: HoldingSocket, bind: FailedBind): NamedHolder {
    return {
      boundBy: this.#boundBy.get(holder.socket.number) ?? null,
      references: holder.references.map(referenceName),
      certain: isCertainHolder(holder, bind),
    };
  }

  #logged(bind: Omit<LoggedBind, 'refusal'>): LoggedBind {
    const key = `${bind.address} ${bind.predicted} ${bind.answered}`;
    const known = this.#known.get(key) ?? { ...bind, refusal: null };
    this.#known.set(key, known);
    return known;
  }
}

function threadName(pid: number, tid: number): string {
  return `thread ${tid} of process ${pid}`;
}

function referenceName({ kind, call, fd, pid, tid }: ReferenceLife): string {
  if (kind === 'descriptor') return `fd ${fd} of process ${pid}`;
  return `${call ?? 'a call'} of fd ${fd} in ${threadName(pid, tid)}`;
}

function keyOf({ tid, enteredAt }: Pick<FailedBind, 'tid' | 'enteredAt'>): string {
  return `${tid} ${enteredAt}`;
}
