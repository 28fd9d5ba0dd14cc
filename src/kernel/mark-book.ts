import { formatAddress, parseAddress } from '../trace/address.ts';
import type { MarkEvent } from '../trace/event.ts';
import type { Pid } from '../trace/ids.ts';
import type { Moment } from './ledger.ts';
import type { Socket } from './socket.ts';

/** `closing|closed|done NET ADDR`, as the fixtures write it. */
export interface SocketMark {
  readonly moment: 'closing' | 'closed' | 'done';
  readonly network: 'udp' | 'tcp';
  readonly address: string;
}

export type MarkMatch =
  { readonly found: 'one'; readonly socket: Socket } | { readonly found: 'none' | 'several' };

/** Null: not a mark about a socket (`cycle 3`, or a message of the user's own). */
export function parseSocketMark(text: string): SocketMark | null {
  const parts = /^(closing|closed|done) (udp|tcp)[46]? (\S+)$/.exec(text);
  if (parts === null) return null;
  const address = parseAddress(parts[3] ?? '');
  if (address === null) return null;
  return {
    moment: parts[1] as SocketMark['moment'],
    network: parts[2] as SocketMark['network'],
    // Sockets are known without their scope: getsockname need not have told it.
    address: formatAddress(address.family === 'inet6' ? { ...address, scopeId: 0 } : address),
  };
}

/**
 * Which socket a mark means: the one that the writing process itself bound to the named address and that no
 * mark has closed yet. Sockets are kept here beyond their end, since an honest Close ends the socket before
 * the mark `closed` is made; those that no mark will ever name are forgotten after `unnamedKept` per address.
 */
export class MarkBook {
  readonly #processes = new Map<Pid, ProcessMarks>();
  /** Addresses that some mark has named. */
  readonly #named = new Set<string>();
  readonly #read = new Map<string, SocketMark | null>();

  /** As parseSocketMark. A program says the same few things in every cycle: each is read once. */
  read(text: string): SocketMark | null {
    const before = this.#read.get(text);
    if (before !== undefined) return before;
    const mark = parseSocketMark(text);
    if (this.#read.size < textsKept) this.#read.set(text, mark);
    return mark;
  }

  bound(socket: Socket, by: Pid): void {
    const { unclosed } = this.#of(by);
    const key = keyOf(socket.network, socket.address);
    const list = unclosed.get(key) ?? [];
    if (list.includes(socket)) return;
    list.push(socket);
    if (list.length > unnamedKept) {
      // The oldest that is over and was never named by a mark is the least likely to be meant.
      const over = list.findIndex((each) => each.isGone && each.closing === null);
      list.splice(Math.max(over, 0), 1);
    }
    unclosed.set(key, list);
  }

  /** The socket's address changed, or became known. */
  readdressed(socket: Socket, by: Pid, before: string | null): void {
    const list = this.#of(by).unclosed.get(keyOf(socket.network, before));
    const index = list?.indexOf(socket) ?? -1;
    if (index >= 0) list?.splice(index, 1);
    if (socket.closed === null) this.bound(socket, by);
  }

  /** The process is no more; its number may be another's. */
  forget(process: Pid): void {
    this.#processes.delete(process);
  }

  names(network: 'udp' | 'tcp', address: string): boolean {
    return this.#named.has(`${network} ${address}`);
  }

  /** Records the moment on the socket meant; the answer says whether exactly one was found. */
  apply(mark: SocketMark, event: MarkEvent): MarkMatch {
    this.#named.add(`${mark.network} ${mark.address}`);
    const key = keyOf(mark.network, mark.address);
    const marks = this.#of(event.pid);
    const moment: Moment = { at: event.at, pid: event.pid, tid: event.tid, by: 'mark' };
    if (mark.moment === 'done') return done(marks, key, moment);
    const candidates = marks.unclosed.get(key) ?? [];
    const meant = mark.moment === 'closing' ? candidates.filter((each) => each.closing === null) : candidates;
    // A mark `closing` already said which one: the close of that one is what has returned.
    const begun = meant.filter((each) => each.closing !== null);
    const narrowed = begun.length > 0 ? begun : meant;
    const socket = narrowed[0];
    if (socket === undefined) return { found: 'none' };
    if (narrowed.length > 1) {
      if (mark.moment === 'closed') marks.unclosed.delete(key);
      return { found: 'several' };
    }
    if (mark.moment === 'closing') socket.closing = moment;
    else close(marks, key, socket, moment);
    return { found: 'one', socket };
  }

  #of(process: Pid): ProcessMarks {
    let marks = this.#processes.get(process);
    if (marks === undefined) {
      marks = { unclosed: new Map(), awaitingDone: new Map() };
      this.#processes.set(process, marks);
    }
    return marks;
  }
}

/** Of the sockets that one process bound, by network and address. */
interface ProcessMarks {
  readonly unclosed: Map<string, Socket[]>;
  readonly awaitingDone: Map<string, Socket[]>;
}

function close(marks: ProcessMarks, key: string, socket: Socket, moment: Moment): void {
  socket.closed = moment;
  marks.unclosed.set(
    key,
    (marks.unclosed.get(key) ?? []).filter((each) => each !== socket),
  );
  const waiting = (marks.awaitingDone.get(key) ?? []).filter(
    (each) => each.freePoint === null && !each.isGone,
  );
  marks.awaitingDone.set(key, [...waiting, socket]);
}

function done(marks: ProcessMarks, key: string, moment: Moment): MarkMatch {
  const waiting = marks.awaitingDone.get(key);
  const socket = waiting?.at(-1);
  if (waiting === undefined || socket === undefined) return { found: 'none' };
  marks.awaitingDone.set(key, []);
  for (const each of waiting) each.freePoint ??= moment;
  return { found: 'one', socket };
}

const unnamedKept = 16;
const textsKept = 64;

function keyOf(network: string, address: string | null): string {
  return `${network} ${address ?? '?'}`;
}
