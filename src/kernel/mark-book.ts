import { formatAddress, parseAddress } from '../trace/address.ts';
import type { MarkEvent } from '../trace/event.ts';
import type { Pid } from '../trace/ids.ts';
import type { Moment } from './ledger.ts';
import { removeFrom } from './short-lists.ts';
import type { Socket } from './socket.ts';

/** `closing|closed|done NET ADDR`, as the fixtures write it. */
export interface SocketMark {
  readonly moment: 'closing' | 'closed' | 'done';
  readonly network: 'udp' | 'tcp';
  readonly address: string;
}

/** How many sockets a mark fits. */
export type MarkMatch = 'one' | 'none' | 'several';

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
  readonly #processes = new Map<Pid, ByAddress<AddressMarks>>();
  /** Addresses that some mark has named. */
  readonly #named: Readonly<Record<SocketMark['network'], Set<string>>> = { udp: new Set(), tcp: new Set() };
  readonly #read = new Map<string, SocketMark | null>();

  /** As parseSocketMark; its address is named from now on. A program says the same few things in every cycle. */
  read(text: string): SocketMark | null {
    const before = this.#read.get(text);
    if (before !== undefined) return before;
    const mark = parseSocketMark(text);
    if (mark !== null) this.#named[mark.network].add(mark.address);
    if (this.#read.size < textsKept) this.#read.set(text, mark);
    return mark;
  }

  bound(socket: Socket, by: Pid): void {
    const { unclosed } = this.#marksOf(by, socket.network, socket.address);
    if (unclosed.includes(socket)) return;
    unclosed.push(socket);
    if (unclosed.length > unnamedKept) {
      // The oldest that is over and was never named by a mark is the least likely to be meant.
      const over = unclosed.findIndex((each) => each.isGone && each.closing === null);
      unclosed.splice(Math.max(over, 0), 1);
    }
  }

  /** The socket's address changed, or became known. */
  readdressed(socket: Socket, by: Pid, before: string | null): void {
    removeFrom(this.#marksOf(by, socket.network, before).unclosed, socket);
    if (socket.closed === null) this.bound(socket, by);
  }

  /** The process is no more; its number may be another's. */
  forget(process: Pid): void {
    this.#processes.delete(process);
  }

  names(network: 'udp' | 'tcp', address: string): boolean {
    return this.#named[network].has(address);
  }

  /** Records the moment on the socket meant, if there is exactly one. */
  apply(mark: SocketMark, event: MarkEvent): MarkMatch {
    const marks = this.#processes.get(event.pid)?.[mark.network].get(mark.address);
    if (marks === undefined) return 'none';
    const moment: Moment = { at: event.at, pid: event.pid, tid: event.tid, by: 'mark' };
    if (mark.moment === 'done') return done(marks, moment);
    const meant = mark.moment === 'closing' ? onlyOne(marks.unclosed, isNotClosing) : closedAt(marks);
    if (meant === 'several' && mark.moment === 'closed') marks.unclosed.length = 0;
    if (typeof meant === 'string') return meant;
    if (mark.moment === 'closing') meant.closing = moment;
    else close(marks, meant, moment);
    return 'one';
  }

  #marksOf(process: Pid, network: SocketMark['network'], address: string | null): AddressMarks {
    let all = this.#processes.get(process);
    if (all === undefined) this.#processes.set(process, (all = { udp: new Map(), tcp: new Map() }));
    let marks = all[network].get(address);
    if (marks === undefined) all[network].set(address, (marks = { unclosed: [], awaitingDone: [] }));
    return marks;
  }
}

/** Null: the address is not known. */
type ByAddress<Value> = Readonly<Record<SocketMark['network'], Map<string | null, Value>>>;

/** Of the sockets that one process bound to one address, oldest first. */
interface AddressMarks {
  readonly unclosed: Socket[];
  awaitingDone: Socket[];
}

/** A mark `closing` already said which one: the close of that one is what has returned. */
function closedAt({ unclosed }: AddressMarks): Socket | 'none' | 'several' {
  const begun = onlyOne(unclosed, (each) => !isNotClosing(each));
  return begun === 'none' ? onlyOne(unclosed, () => true) : begun;
}

function onlyOne(sockets: readonly Socket[], fits: (socket: Socket) => boolean): Socket | 'none' | 'several' {
  let only: Socket | 'none' = 'none';
  for (const socket of sockets) {
    if (!fits(socket)) continue;
    if (only !== 'none') return 'several';
    only = socket;
  }
  return only;
}

function isNotClosing(socket: Socket): boolean {
  return socket.closing === null;
}

function close(marks: AddressMarks, socket: Socket, moment: Moment): void {
  socket.closed = moment;
  removeFrom(marks.unclosed, socket);
  const waiting = marks.awaitingDone.filter((each) => each.freePoint === null && !each.isGone);
  marks.awaitingDone = [...waiting, socket];
}

function done(marks: AddressMarks, moment: Moment): MarkMatch {
  const waiting = marks.awaitingDone;
  if (waiting.length === 0) return 'none';
  marks.awaitingDone = [];
  for (const each of waiting) each.freePoint ??= moment;
  return 'one';
}

const unnamedKept = 16;
const textsKept = 64;
