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
    address: formatAddress(address),
  };
}

/**
 * Which socket a mark means: the one that the writing process itself bound to the named address and that no
 * mark has closed yet. Sockets are kept here beyond their end, since an honest Close ends the socket before
 * the mark `closed` is made; those that no mark will ever name are forgotten after `unnamedKept` per address.
 */
export class MarkBook {
  readonly #unclosed = new Map<string, Socket[]>();
  readonly #awaitingDone = new Map<string, Socket[]>();
  /** Addresses that some mark has named. */
  readonly #named = new Set<string>();

  bound(socket: Socket, by: Pid): void {
    const key = keyOf(by, socket.network, socket.address);
    const list = this.#unclosed.get(key) ?? [];
    if (list.includes(socket)) return;
    list.push(socket);
    if (list.length > unnamedKept) {
      // The oldest that is over and was never named by a mark is the least likely to be meant.
      const over = list.findIndex((each) => each.isGone && each.closing === null);
      list.splice(Math.max(over, 0), 1);
    }
    this.#unclosed.set(key, list);
  }

  /** The socket's address changed, or became known. */
  readdressed(socket: Socket, by: Pid, before: string | null): void {
    const list = this.#unclosed.get(keyOf(by, socket.network, before));
    const index = list?.indexOf(socket) ?? -1;
    if (index >= 0) list?.splice(index, 1);
    if (socket.closed === null) this.bound(socket, by);
  }

  names(network: 'udp' | 'tcp', address: string): boolean {
    return this.#named.has(`${network} ${address}`);
  }

  /** Records the moment on the socket meant; the answer says whether exactly one was found. */
  apply(mark: SocketMark, event: MarkEvent): MarkMatch {
    this.#named.add(`${mark.network} ${mark.address}`);
    const key = keyOf(event.pid, mark.network, mark.address);
    const moment: Moment = { at: event.at, pid: event.pid, tid: event.tid, by: 'mark' };
    if (mark.moment === 'done') return this.#done(key, moment);
    const candidates = this.#unclosed.get(key) ?? [];
    const meant = mark.moment === 'closing' ? candidates.filter((each) => each.closing === null) : candidates;
    // A mark `closing` already said which one: the close of that one is what has returned.
    const begun = meant.filter((each) => each.closing !== null);
    const narrowed = begun.length > 0 ? begun : meant;
    const socket = narrowed[0];
    if (socket === undefined) return { found: 'none' };
    if (narrowed.length > 1) {
      if (mark.moment === 'closed') this.#unclosed.delete(key);
      return { found: 'several' };
    }
    if (mark.moment === 'closing') socket.closing = moment;
    else this.#close(key, socket, moment);
    return { found: 'one', socket };
  }

  #close(key: string, socket: Socket, moment: Moment): void {
    socket.closed = moment;
    this.#unclosed.set(
      key,
      (this.#unclosed.get(key) ?? []).filter((each) => each !== socket),
    );
    const waiting = (this.#awaitingDone.get(key) ?? []).filter(
      (each) => each.freePoint === null && !each.isGone,
    );
    this.#awaitingDone.set(key, [...waiting, socket]);
  }

  #done(key: string, moment: Moment): MarkMatch {
    const waiting = this.#awaitingDone.get(key);
    const socket = waiting?.at(-1);
    if (waiting === undefined || socket === undefined) return { found: 'none' };
    this.#awaitingDone.delete(key);
    for (const each of waiting) each.freePoint ??= moment;
    return { found: 'one', socket };
  }
}

const unnamedKept = 16;

function keyOf(pid: Pid, network: string, address: string | null): string {
  return `${pid} ${network} ${address ?? '?'}`;
}
