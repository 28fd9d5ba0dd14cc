/**
 * The definitions of docs/glossary.md, taken at their word: the whole history at hand, every question answered by
 * searching all of it, nothing remembered between two questions. Slow, and independent of src/kernel: the replay
 * is held against it. Processes do not share tables with one another here.
 */
import type {
  Call,
  EnterEvent,
  ForkEvent,
  MarkEvent,
  ReturnEvent,
  TraceEvent,
} from '../../src/trace/event.ts';
import { launcher } from './history.ts';

export interface NaiveSocket {
  readonly number: number;
  /** End of the last certain reference; null: there is none. */
  readonly certainUntil: number | null;
  /** `undetermined`: it hangs on whether some other socket was still there, which the history does not tell. */
  readonly lingerNs: number | 'undetermined';
}

export interface NaiveConflict {
  readonly enteredAt: number;
  /** Numbers of the sockets that certainly held the address when the bind was entered. */
  readonly holders: readonly number[];
}

export interface NaiveBooks {
  readonly sockets: readonly NaiveSocket[];
  readonly conflicts: readonly NaiveConflict[];
}

/** A call from its entry to its return; null: it never came back. */
interface Span {
  readonly event: EnterEvent;
  readonly call: Call;
  readonly enteredAt: number;
  readonly answer: ReturnEvent | null;
  readonly returnedAt: number;
}

/** A certain reference; `until` is the end of its certainty. */
interface Certain {
  readonly socket: number;
  readonly kind: 'descriptor' | 'call';
  readonly pid: number;
  readonly fd: number;
  readonly from: number;
  readonly until: number;
}

interface Descriptor extends Certain {
  /** Closed by exec. */
  readonly closeOnExec: boolean;
}

interface Bound {
  readonly socket: number;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly at: number;
}

export function readNaively(events: readonly TraceEvent[]): NaiveBooks {
  return new Reader(events).read();
}

class Reader {
  readonly #events: readonly TraceEvent[];
  readonly #spans: readonly Span[];
  readonly #end: number;
  readonly #descriptors: Descriptor[] = [];
  readonly #calls: Certain[] = [];
  readonly #bound: Bound[] = [];
  #sockets = 0;

  constructor(events: readonly TraceEvent[]) {
    this.#events = events;
    this.#end = events.at(-1)?.at ?? 0;
    this.#spans = events.flatMap((event, index) =>
      event.kind === 'enter' && event.pid !== launcher ? [spanOf(events, event, index)] : [],
    );
  }

  read(): NaiveBooks {
    for (const event of this.#events) this.#make(event);
    for (const span of this.#spans) this.#hold(span);
    const numbers = Array.from({ length: this.#sockets }, (_, index) => index + 1);
    return {
      sockets: numbers.map((number) => ({
        number,
        certainUntil: this.#certainUntil(number),
        lingerNs: this.#lingerNs(number),
      })),
      conflicts: this.#binds('EADDRINUSE').map((span) => ({
        enteredAt: span.enteredAt,
        holders: this.#holdersOf(span),
      })),
    };
  }

  // ---- descriptors ----

  /** Every event that makes descriptors, in order: those it copies are known by then. */
  #make(event: TraceEvent): void {
    if (event.kind === 'fork') return this.#fork(event);
    if (event.kind !== 'return' || !event.result.ok || event.pid === launcher) return;
    const span = this.#spans.find((each) => each.answer === event);
    if (span === undefined) return;
    const { call } = span;
    const { value } = event.result;
    const { pid, at } = event;
    if (call.name === 'socket') {
      const socket = ++this.#sockets;
      this.#add({ socket, pid, fd: value, from: at, closeOnExec: (call.type & 0o2000000) !== 0 });
    }
    if (call.name === 'dup' || call.name === 'dup2') {
      const source = this.#certainAt(pid, call.fd, span.enteredAt);
      const isDisturbed = call.name === 'dup2' && this.#isTakenWithin(pid, call.to, span);
      if (source !== undefined && !isDisturbed) {
        this.#add({ socket: source.socket, pid, fd: value, from: at, closeOnExec: false });
      }
    }
    if (call.name === 'bind' && call.address?.family === 'inet') {
      const socket = this.#named(pid, call.fd, span.enteredAt);
      if (socket !== null)
        this.#bound.push({ socket, pid, host: call.address.host, port: call.address.port, at });
    }
  }

  /** What was certainly open all through the fork, the child certainly has. */
  #fork(event: ForkEvent): void {
    if (event.pid === event.parent || event.parent === launcher) return;
    const span = this.#spans.find(
      (each) => each.event.tid === event.parentTid && each.enteredAt < event.at && event.at < each.returnedAt,
    );
    if (span === undefined) throw new Error('a child without its clone');
    const copied = this.#descriptors.filter(
      (each) => each.pid === event.parent && each.from < span.enteredAt && each.until > event.at,
    );
    for (const each of copied) this.#add({ ...each, pid: event.pid, from: event.at });
  }

  #add(given: Omit<Descriptor, 'kind' | 'until'>): void {
    const until = Math.min(
      this.#dies(given.pid, given.from),
      ...this.#spans
        .filter((span) => span.event.pid === given.pid && span.enteredAt > given.from && takes(span, given))
        .map((span) => span.enteredAt),
    );
    this.#descriptors.push({ ...given, kind: 'descriptor', until });
  }

  /** A call of another thread that closes the number was under way during this one. */
  #isTakenWithin(pid: number, fd: number, by: Span): boolean {
    return this.#spans.some(
      (span) =>
        span !== by &&
        span.event.pid === pid &&
        takes(span, { fd, closeOnExec: false }) &&
        span.enteredAt < by.returnedAt &&
        span.enteredAt > by.enteredAt,
    );
  }

  /** exit_group or the end of the last thread; the end of the history for those that outlive it. */
  #dies(pid: number, after: number): number {
    const ends = this.#events.filter(
      (event) =>
        event.kind !== 'loss' &&
        event.pid === pid &&
        ((event.kind === 'enter' && event.call.name === 'exit_group') ||
          (event.kind === 'exit' && event.last)),
    );
    return Math.max(after, Math.min(this.#end, ...ends.map((event) => event.at)));
  }

  #certainAt(pid: number, fd: number, at: number): Descriptor | undefined {
    return this.#descriptors.find(
      (each) => each.pid === pid && each.fd === fd && each.from < at && at < each.until,
    );
  }

  /** Also what a close that is under way has begun to take. */
  #named(pid: number, fd: number, at: number): number | null {
    const ever = this.#descriptors.filter((each) => each.pid === pid && each.fd === fd && each.from < at);
    return ever.at(-1)?.socket ?? null;
  }

  // ---- calls in flight ----

  #hold(span: Span): void {
    const { call, event, enteredAt, answer } = span;
    if (call.name !== 'recvfrom' && call.name !== 'dup' && call.name !== 'dup2') return;
    if (answer !== null && !answer.result.ok && answer.result.errno === 'EBADF') return;
    const descriptor = this.#certainAt(event.pid, call.fd, enteredAt);
    if (descriptor === undefined) return;
    const until = Math.min(span.returnedAt, this.#threadDies(event.pid, event.tid, enteredAt));
    this.#calls.push({
      socket: descriptor.socket,
      kind: 'call',
      pid: event.pid,
      fd: call.fd,
      from: enteredAt,
      until,
    });
  }

  #threadDies(pid: number, tid: number, after: number): number {
    const ends = this.#events.filter(
      (event) => event.kind === 'exit' && event.pid === pid && event.tid === tid && event.at > after,
    );
    const execs = this.#spans.filter(
      (span) =>
        span.call.name === 'execve' &&
        span.event.pid === pid &&
        span.event.tid !== tid &&
        span.answer?.result.ok === true &&
        span.returnedAt > after,
    );
    return Math.min(
      this.#dies(pid, after),
      ...ends.map((event) => event.at),
      ...execs.map((span) => Math.max(after, span.enteredAt)),
    );
  }

  // ---- sockets ----

  #references(socket: number): readonly Certain[] {
    return [...this.#descriptors, ...this.#calls].filter((each) => each.socket === socket);
  }

  #certainUntil(socket: number): number | null {
    const ends = this.#references(socket).map((each) => each.until);
    return ends.length === 0 ? null : Math.max(...ends);
  }

  #isCertainAt(socket: number, at: number): boolean {
    return this.#references(socket).some((each) => each.from <= at && at < each.until);
  }

  /** Has a descriptor that certainly stays for all that while. */
  #isOpenUntil(socket: number, at: number): boolean {
    return this.#descriptors.some((each) => each.socket === socket && each.from < at && at < each.until);
  }

  // ---- marks ----

  /** The moment of the mark `closed` about this socket. */
  #closedAt(socket: number): number | null {
    return this.#markedAt('closed', socket);
  }

  #markedAt(moment: 'closing' | 'closed', socket: number): number | null {
    const bound = this.#bound.find((each) => each.socket === socket);
    if (bound === undefined) return null;
    for (const mark of this.#marks(moment, bound))
      if (this.#meant(mark, moment, bound) === socket) return mark.at;
    return null;
  }

  #marks(moment: string, bound: Bound): readonly MarkEvent[] {
    const text = `${moment} udp ${bound.host}:${bound.port}`;
    return this.#events.filter(
      (event): event is MarkEvent =>
        event.kind === 'mark' && event.pid === bound.pid && event.text === text && event.at > bound.at,
    );
  }

  /** The one socket that the process bound there before the mark and no earlier mark has told of. */
  #meant(mark: MarkEvent, moment: 'closing' | 'closed', like: Bound): number | null {
    const candidates = this.#bound.filter((each) => {
      if (each.pid !== like.pid || each.host !== like.host || each.port !== like.port || each.at > mark.at)
        return false;
      const told = [
        ...this.#marks('closed', each),
        ...(moment === 'closing' ? this.#marks('closing', each) : []),
      ];
      return !told.some(
        (earlier) =>
          earlier.at < mark.at &&
          this.#meant(earlier, earlier.text.startsWith('closed') ? 'closed' : 'closing', each) ===
            each.socket,
      );
    });
    const begun = candidates.filter((each) =>
      this.#marks('closing', each).some(
        (earlier) => earlier.at < mark.at && this.#meant(earlier, 'closing', each) === each.socket,
      ),
    );
    const narrowed = moment === 'closed' && begun.length > 0 ? begun : candidates;
    return narrowed.length === 1 ? (narrowed[0]?.socket ?? null) : null;
  }

  // ---- free points ----

  #lingerNs(socket: number): number | 'undetermined' {
    const until = this.#certainUntil(socket);
    const closedAt = this.#closedAt(socket);
    if (until === null || closedAt === null) return 0;
    const bound = this.#bound.find((each) => each.socket === socket);
    const done = bound === undefined ? [] : this.#marks('done', bound).filter((mark) => mark.at > closedAt);
    const binds = [...this.#binds(0), ...this.#binds('EADDRINUSE')].filter(
      (span) => span.enteredAt >= closedAt,
    );
    const freed = binds.map((span) => ({ at: span.enteredAt, isFree: this.#isFreedBy(socket, span) }));
    const sure = [...done, ...freed.filter((each) => each.isFree === true)].map((each) => each.at);
    const freeAt = Math.min(...sure);
    const unsure = freed.some((each) => each.isFree === 'undetermined' && each.at < Math.min(freeAt, until));
    if (unsure) return 'undetermined';
    return Number.isFinite(freeAt) ? Math.max(0, until - freeAt) : 0;
  }

  /** It would block the bind, and no socket that is not past `closed` would. */
  #isFreedBy(socket: number, span: Span): boolean | 'undetermined' {
    if (!this.#blocksAlone(socket, span)) return false;
    const rivals = this.#bound.filter((each) => {
      const closedAt = this.#closedAt(each.socket);
      const isPast = closedAt !== null && closedAt <= span.enteredAt;
      return !isPast && each.socket !== socket && this.#blocksAlone(each.socket, span);
    });
    if (rivals.some((each) => this.#isCertainAt(each.socket, span.enteredAt))) return false;
    if (rivals.some((each) => !this.#isSurelyOver(each.socket, span.enteredAt))) return 'undetermined';
    return true;
  }

  #blocksAlone(socket: number, span: Span): boolean {
    const bound = this.#bound.find((each) => each.socket === socket);
    const candidate = this.#candidate(span);
    if (bound === undefined || candidate === null || bound.socket === candidate) return false;
    // A bind may have taken effect from its entry on.
    const itsBind = this.#spans.find((each) => each.returnedAt === bound.at && each.call.name === 'bind');
    if (itsBind === undefined || itsBind.enteredAt > span.enteredAt) return false;
    return this.#relation(bound, span, candidate) === 'blocks';
  }

  /** Nothing of it can be left: long enough after its last certain reference that every release was seen to be over. */
  #isSurelyOver(socket: number, at: number): boolean {
    const until = this.#certainUntil(socket);
    return until === null || this.#events.every((event) => event.at <= until || event.at >= at)
      ? false
      : at > until + 400;
  }

  // ---- binds ----

  #binds(answer: 0 | 'EADDRINUSE'): readonly Span[] {
    return this.#spans.filter((span) => {
      if (span.call.name !== 'bind' || span.answer === null) return false;
      const { result } = span.answer;
      return result.ok ? answer === 0 : result.errno === answer;
    });
  }

  #candidate(span: Span): number | null {
    return span.call.name === 'bind' ? this.#named(span.event.pid, span.call.fd, span.enteredAt) : null;
  }

  #holdersOf(span: Span): readonly number[] {
    const candidate = this.#candidate(span);
    const holders: number[] = [];
    for (const bound of [...this.#bound].sort((a, b) => b.at - a.at)) {
      if (bound.at >= span.enteredAt || bound.socket === candidate || candidate === null) continue;
      const relation = this.#relation(bound, span, candidate);
      // A sharer that was there for certain, all the while, ends the kernel's walk.
      if (relation === 'shares' && this.#isOpenUntil(bound.socket, span.returnedAt)) break;
      if (relation === 'blocks' && this.#isCertainAt(bound.socket, span.enteredAt))
        holders.push(bound.socket);
    }
    return holders;
  }

  #relation(bound: Bound, span: Span, candidate: number): 'apart' | 'passes' | 'shares' | 'blocks' {
    const { call } = span;
    if (call.name !== 'bind' || call.address?.family !== 'inet') return 'apart';
    const { host, port } = call.address;
    const meets = host === bound.host || host === '0.0.0.0' || bound.host === '0.0.0.0';
    if (port !== bound.port || !meets) return 'apart';
    const both = (option: number): boolean =>
      this.#flag(bound.socket, option, span.returnedAt) && this.#flag(candidate, option, span.returnedAt);
    if (both(2)) return 'passes';
    return both(15) ? 'shares' : 'blocks';
  }

  #flag(socket: number, option: number, at: number): boolean {
    const sets = this.#spans.filter(
      ({ call, event, returnedAt, enteredAt }) =>
        call.name === 'setsockopt' &&
        call.option === option &&
        returnedAt < at &&
        this.#named(event.pid, call.fd, enteredAt) === socket,
    );
    const last = sets.at(-1)?.call;
    return last?.name === 'setsockopt' && last.value === 1;
  }
}

function spanOf(events: readonly TraceEvent[], event: EnterEvent, index: number): Span {
  const { call } = event;
  const answer = events
    .slice(index)
    .find(
      (each): each is ReturnEvent =>
        each.kind === 'return' &&
        each.pid === event.pid &&
        each.name === call.name &&
        (each.tid === event.tid || (call.name === 'execve' && each.tid === event.pid)),
    );
  return { event, call, enteredAt: event.at, answer: answer ?? null, returnedAt: answer?.at ?? Infinity };
}

/** Whether the call takes a descriptor with that number away, or has begun to. */
function takes(span: Span, descriptor: { readonly fd: number; readonly closeOnExec: boolean }): boolean {
  const { call } = span;
  const isFailure = span.answer !== null && !span.answer.result.ok;
  if (call.name === 'close') return call.fd === descriptor.fd;
  if (call.name === 'dup2') return call.to === descriptor.fd && call.fd !== call.to && !isFailure;
  if (call.name === 'close_range')
    return call.first <= descriptor.fd && descriptor.fd <= call.last && !isFailure;
  return call.name === 'execve' && descriptor.closeOnExec && !isFailure;
}
