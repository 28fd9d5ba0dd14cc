import type { InetAddress } from '../trace/address.ts';
import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { blockers, isMapped, isWildcard, overlaps, sharePort, type PortClaim } from './blockers.ts';
import type { Binding, Socket } from './socket.ts';

/** A bind that has been entered: what is bound now, or was a moment ago, may decide it. */
export interface PendingBind {
  readonly enteredAt: Nanos;
  readonly socket: Socket;
  /** It came back, and its socket is bound by it. */
  hasBound: boolean;
  /** What has to wait for its answer. */
  readonly followers: (() => void)[];
}

/** What the books say about a bind that has returned. */
export interface BindPrediction {
  /** If it failed with EADDRINUSE: those that may have been in its way, newest first. */
  readonly holding: readonly Socket[];
  /** If it succeeded: those that must have been gone. */
  readonly gone: readonly Socket[];
  /** Of `gone`, those that were certainly bound and referenced through the whole bind, by all that is known now. */
  readonly certain: readonly Socket[];
  /** Of `gone`, those that were certainly bound and in a table through the whole bind: it can not have succeeded. */
  readonly impossible: readonly Socket[];
}

/**
 * Who is bound to what, in bind order (the order decides, blockers.ts). UDP only: one network namespace, the
 * run's own. Sockets stay on the book until the last bind that was in flight at their end has returned.
 */
export class PortBook {
  readonly #bound = new Map<number, Socket>();
  readonly #pending = new Set<PendingBind>();
  #ended: { readonly socket: Socket; readonly goneBy: Nanos }[] = [];

  get bound(): readonly Socket[] {
    return [...this.#bound.values()];
  }

  bindEntered(socket: Socket, at: Nanos): PendingBind {
    const pending = { enteredAt: at, socket, hasBound: false, followers: [] };
    this.#pending.add(pending);
    return pending;
  }

  /** Some call in flight may bind, connect or unbind it. */
  isChanging(socket: Socket): boolean {
    for (const pending of this.#pending) if (pending.socket === socket) return true;
    for (const { kind, isGone, releasedBy } of socket.references) {
      if (kind === 'call' && !isGone && releasedBy === null) return true;
    }
    return false;
  }

  bindAbandoned(pending: PendingBind): void {
    this.#pending.delete(pending);
    for (const follow of pending.followers) follow();
  }

  /**
   * Binds in flight may have been answered by the kernel already: acts once those entered by then are back.
   * @param act is told which sockets they bound
   */
  afterBindsInFlight(own: PendingBind, by: Nanos, act: (others: readonly Socket[]) => void): void {
    const others = [...this.#pending].filter((each) => each !== own && each.enteredAt <= by);
    let left = others.length;
    if (left === 0) return act([]);
    for (const other of others) {
      other.followers.push(() => {
        left--;
        if (left === 0) act(others.filter((each) => each.hasBound).map((each) => each.socket));
      });
    }
  }

  bind(socket: Socket, binding: Binding): void {
    socket.binding = binding;
    socket.boundWithReusePort = socket.reusePort;
    // Bound anew, it is the newest again.
    this.#bound.delete(socket.number);
    this.#bound.set(socket.number, socket);
  }

  unbind(socket: Socket): void {
    this.#bound.delete(socket.number);
    socket.binding = null;
  }

  /** @returns true where nothing in flight can still concern it, so that its life can be handed over now. */
  socketEnded(socket: Socket, goneBy: Nanos): boolean {
    if (this.#pending.size === 0) {
      this.#bound.delete(socket.number);
      return true;
    }
    this.#ended.push({ socket, goneBy });
    return false;
  }

  /** Call after `bindAbandoned` or the return of a bind: sockets that no bind in flight can have met any more. */
  settled(): { readonly socket: Socket; readonly goneBy: Nanos }[] {
    if (this.#ended.length === 0) return [];
    let earliest = Infinity;
    for (const pending of this.#pending) earliest = Math.min(earliest, pending.enteredAt);
    const done = this.#ended.filter((ended) => ended.goneBy < earliest);
    if (done.length === 0) return [];
    this.#ended = this.#ended.filter((ended) => ended.goneBy >= earliest);
    for (const { socket } of done) this.#bound.delete(socket.number);
    return done;
  }

  predict(candidate: Socket, claim: PortClaim, enteredAt: Nanos, returnedAt: Nanos): BindPrediction {
    const possible: { claim: PortClaim; socket: Socket }[] = [];
    for (const socket of this.#bound.values()) {
      const held = socket.claim;
      if (socket === candidate || held === null || socket.binding === null) continue;
      if (socket.binding.from <= returnedAt && this.#possibleFrom(socket, enteredAt)) {
        possible.push({ claim: held, socket });
      }
    }
    const wasBound = (socket: Socket): boolean => (socket.binding?.certainFrom ?? Infinity) < enteredAt;
    const isCertain = (socket: Socket): boolean => wasBound(socket) && socket.hasCertainDescriptor;
    const blocking = blockers(claim, possible).map(({ socket }) => socket);
    // One that was bound meanwhile may have come after it.
    const gone = blocking.filter(wasBound);
    // A socket that lets it through hides those behind it only if it was certainly there.
    const inTheWay = possible.filter((entry) => isCertain(entry.socket) || !sharePort(claim, entry.claim));
    return {
      holding: blockers(claim, inTheWay).map(({ socket }) => socket),
      gone,
      certain: gone.filter((socket) => socket.hasCertainReference),
      impossible: gone.filter(isCertain),
    };
  }

  #possibleFrom(socket: Socket, from: Nanos): boolean {
    if (socket.released !== null && socket.released.at < from) return false;
    return !socket.isGone || this.#ended.some((ended) => ended.socket === socket && ended.goneBy >= from);
  }

  hasUnknownPort(candidate: Socket): boolean {
    return this.bound.some(
      (socket) => socket !== candidate && socket.binding !== null && socket.claim === null,
    );
  }

  /**
   * The sockets for which this bind is the free point: each would block it (in a run without marks: overlaps
   * it), and nothing that is not past `closed` would.
   */
  freedBy(
    claim: PortClaim,
    candidate: Socket,
    enteredAt: Nanos,
    rule: 'blocks' | 'overlaps',
  ): readonly Socket[] {
    const others = this.bound.flatMap((socket) => {
      const held = socket.claim;
      if (socket === candidate || held === null || (socket.binding?.from ?? Infinity) > enteredAt) return [];
      return this.#possibleFrom(socket, enteredAt) ? [{ claim: held, socket }] : [];
    });
    const isPast = (socket: Socket): boolean => socket.closed !== null && socket.closed.at <= enteredAt;
    const wouldBlock = (entry: { claim: PortClaim; socket: Socket }): boolean =>
      rule === 'blocks' ? blockers(claim, [entry]).length > 0 : overlaps(claim, entry.claim);
    if (others.some((entry) => !isPast(entry.socket) && wouldBlock(entry))) return [];
    return others.filter((entry) => isPast(entry.socket) && wouldBlock(entry)).map(({ socket }) => socket);
  }
}

/** What bind(2) makes of the address it is given. */
export function bindingOf(
  address: InetAddress,
  by: { readonly pid: Pid; readonly tid: Tid; readonly from: Nanos; readonly certainFrom: Nanos },
): Binding {
  return {
    host: address.host,
    port: address.port === 0 ? null : address.port,
    from: by.from,
    certainFrom: by.certainFrom,
    boundBy: by.pid,
    hostNamed: !isWildcard(address.host),
    portNamed: address.port !== 0,
    narrowedFrom: null,
  };
}

/**
 * connect(2) on a UDP socket that is bound to a wildcard takes the source address of the route
 * (ip4_datagram_connect). Loopback routes have a known one; any other is unknown until getsockname tells.
 */
export function sourceAddressFor(destination: InetAddress, wildcard: string): string | null {
  const host = isMapped(destination.host) ? destination.host.slice('::ffff:'.length) : destination.host;
  // To a mapped wildcard also `::` means IPv4 (__ip6_datagram_connect).
  if (/^127\./.test(host) || host === '0.0.0.0' || (host === '::' && isMapped(wildcard))) {
    return wildcard === '0.0.0.0' ? '127.0.0.1' : '::ffff:127.0.0.1';
  }
  return host === '::1' || host === '::' ? '::1' : null;
}
