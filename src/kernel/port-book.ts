import type { Nanos } from '../trace/ids.ts';
import type { Binding } from './binding.ts';
import { BindBuckets } from './bind-buckets.ts';
import { blocks, overlaps, type PortClaim } from './blockers.ts';
import { LeftConnections, ownConnection } from './left-connections.ts';
import { predictTcp, predictUdp, type BindPrediction, type BoundSocket } from './prediction.ts';
import { removeFrom } from './short-lists.ts';
import type { Socket } from './socket.ts';
import { tcpBlocks, tcpOverlaps } from './tcp-blockers.ts';

/** A bind or listen that has been entered: what is bound now, or was a moment ago, may decide it. */
export interface PendingBind {
  readonly enteredAt: Nanos;
  readonly socket: Socket;
  /** It came back, and its socket is bound by it. */
  hasBound: boolean;
  /** What has to wait for its answer. */
  readonly followers: (() => void)[];
}

/**
 * Who is bound to what, in bind order (the order decides, blockers.ts). UDP and TCP have ports of their own; one
 * network namespace, the run's own. Sockets stay on the book until the last bind that was in flight at their end
 * has returned.
 */
export class PortBook {
  readonly #bound: Socket[] = [];
  readonly #pending: PendingBind[] = [];
  readonly #buckets = new BindBuckets();
  readonly #left = new LeftConnections();
  /** Of TCP, to which the run has connected, or tried to. */
  readonly #reached = new Set<number>();
  #ended: { readonly socket: Socket; readonly goneBy: Nanos }[] = [];

  bindEntered(socket: Socket, at: Nanos): PendingBind {
    const pending = { enteredAt: at, socket, hasBound: false, followers: [] };
    this.#pending.push(pending);
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
    removeFrom(this.#pending, pending);
    for (const follow of pending.followers) follow();
  }

  /**
   * Binds in flight may have been answered by the kernel already: acts once those entered by then are back.
   * @param act is told which sockets they bound
   */
  afterBindsInFlight(own: PendingBind, by: Nanos, act: (others: readonly Socket[]) => void): void {
    const others = this.#pending.filter((each) => each !== own && each.enteredAt <= by);
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
    // Bound anew, it is the newest again.
    if (socket.binding !== null) removeFrom(this.#bound, socket);
    this.#bound.push(socket);
    socket.binding = binding;
    socket.boundWithReusePort = socket.reusePort;
    this.joined(socket);
  }

  /** It has a port now, or listens on the one that it has. */
  joined(socket: Socket): void {
    if (socket.network === 'udp' || socket.binding?.by !== 'bind') return;
    const { claim, binding } = socket;
    if (claim === null) return;
    // Of one that has connected it may be connect that chose (IP_BIND_ADDRESS_NO_PORT), which shares ports.
    if (!binding.portNamed && !socket.isHidden && !socket.mayBeConnected)
      this.#left.chosen(claim, binding.from);
    const others = this.#bound.filter(
      (other) => (other !== socket || claim.listening) && isOnPort(other, claim.port),
    );
    const isCertain = others.some(
      (other) => other === socket || (other.keepsPort && other.hasCertainDescriptor && !other.isHidden),
    );
    const isPossible = others.length > 0 || this.#left.mayHold(claim.port, binding.certainFrom);
    // Of one that is hidden the port remembers an address that no call has told.
    if (socket.isHidden) this.#buckets.joined(claim, 'perhaps');
    else this.#buckets.joined(claim, isCertain ? 'some' : isPossible ? 'perhaps' : 'none');
  }

  /** A connect to that port was not refused. */
  reached(port: number): void {
    this.#reached.add(port);
  }

  /** Before it does: connections that nobody has accepted yet keep the flags and the owner that they were made with. */
  flagsChange(socket: Socket, at: Nanos): void {
    this.connectionDiffers(socket, at);
    if (!socket.listening || !this.#reached.has(socket.binding?.port ?? 0)) return;
    this.#left.add(socket, at, 'for-good');
    socket.queueMayDiffer = true;
  }

  /**
   * Before it does. Of a socket that was shut down the connection may be in TIME_WAIT: then it is there beside its
   * socket, and keeps what it was made with.
   */
  connectionDiffers(socket: Socket, at: Nanos): void {
    if (socket.mayBeConnected && socket.shutDownAt !== null) this.#left.add(socket, at, 'timed');
  }

  #mayLeaveConnection({ mayBeConnected, endsConnections, binding }: Socket): boolean {
    return mayBeConnected || (endsConnections && this.#reached.has(binding?.port ?? 0));
  }

  unbind(socket: Socket): void {
    this.#remove(socket);
    socket.binding = null;
  }

  /** @returns true where nothing in flight can still concern it, so that its life can be handed over now. */
  socketEnded(socket: Socket, goneBy: Nanos): boolean {
    if (this.#mayLeaveConnection(socket)) this.#left.add(socket, goneBy, 'timed');
    if (this.#pending.length === 0) {
      this.#remove(socket);
      return true;
    }
    this.#ended.push({ socket, goneBy });
    return false;
  }

  #remove(socket: Socket): void {
    if (socket.binding === null) return;
    removeFrom(this.#bound, socket);
    const { port } = socket.binding;
    if (socket.network === 'udp' || port === null) return;
    if (!this.#bound.some((other) => isOnPort(other, port))) this.#buckets.emptied(port);
  }

  /** Call after `bindAbandoned` or the return of a bind: sockets that no bind in flight can have met any more. */
  settled(): { readonly socket: Socket; readonly goneBy: Nanos }[] {
    if (this.#ended.length === 0) return [];
    let earliest = Infinity;
    for (const pending of this.#pending) earliest = Math.min(earliest, pending.enteredAt);
    const done = this.#ended.filter((ended) => ended.goneBy < earliest);
    if (done.length === 0) return [];
    this.#ended = this.#ended.filter((ended) => ended.goneBy >= earliest);
    for (const { socket } of done) this.#remove(socket);
    return done;
  }

  predict(candidate: Socket, claim: PortClaim, enteredAt: Nanos, returnedAt: Nanos): BindPrediction {
    const possible = this.#entries(candidate, claim.port).filter(({ socket }) => {
      return (socket.binding?.from ?? Infinity) <= returnedAt && this.#possibleFrom(socket, enteredAt);
    });
    if (candidate.network === 'udp') return predictUdp(claim, possible, enteredAt);
    const owners = possible.map(({ socket }) => socket).filter((socket) => isOnPort(socket, claim.port));
    const isLetThrough = this.#buckets.letsThrough(claim, owners);
    const own = this.#mayLeaveConnection(candidate) ? ownConnection(candidate, claim, enteredAt) : [];
    const left = [...this.#left.inTheWay(claim, enteredAt), ...own];
    return predictTcp(claim, possible, enteredAt, { isLetThrough, left });
  }

  #possibleFrom(socket: Socket, from: Nanos): boolean {
    if (socket.released !== null && socket.released.until < from) return false;
    return !socket.isGone || this.#ended.some((ended) => ended.socket === socket && ended.goneBy >= from);
  }

  /** The others that are bound to the port, as far as their addresses are known. */
  #entries(candidate: Socket, port: number): BoundSocket[] {
    const entries: BoundSocket[] = [];
    for (const socket of this.#bound) {
      if (socket.binding?.port !== port || socket === candidate || socket.network !== candidate.network)
        continue;
      const { claim } = socket;
      if (claim !== null) entries.push({ claim, socket });
    }
    return entries;
  }

  /** Why something else may be in the way, or not in the way, for all that is known of the sockets and their flags. */
  unknownTo(candidate: Socket, claim: PortClaim | null): 'hidden' | 'address' | null {
    if (candidate.isHidden) return 'hidden';
    for (const socket of this.#bound) {
      const { binding } = socket;
      if (socket === candidate || socket.network !== candidate.network || binding === null) continue;
      if (binding.port === null) return 'address';
      if (binding.port !== claim?.port) continue;
      if (socket.isHidden) return 'hidden';
      if (binding.host === null) return 'address';
    }
    return null;
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
    const isTcp = candidate.network === 'tcp';
    const others = this.#entries(candidate, claim.port).filter(({ socket }) => {
      return (socket.binding?.from ?? Infinity) <= enteredAt && this.#possibleFrom(socket, enteredAt);
    });
    if (others.length === 0) return [];
    const isPast = (socket: Socket): boolean => socket.closed !== null && socket.closed.at <= enteredAt;
    const covers = isTcp ? tcpOverlaps : overlaps;
    const blocksIt = isTcp ? tcpBlocks : blocks;
    const isConcerned = rule === 'blocks' ? blocksIt : covers;
    const concerned = others.filter((entry) => isConcerned(claim, entry.claim)).map(({ socket }) => socket);
    return concerned.every(isPast) ? concerned : [];
  }
}

function isOnPort({ network, binding }: Socket, port: number): boolean {
  return network === 'tcp' && binding?.port === port;
}
