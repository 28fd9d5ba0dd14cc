import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import type { Binding } from './binding.ts';
import type { PortClaim } from './blockers.ts';
import { referencesKept, type Moment, type SocketLife, type TrueRelease } from './ledger.ts';
import type { Reference } from './reference.ts';
import { removeFrom } from './short-lists.ts';

export interface SocketSource {
  readonly number: number;
  readonly family: 'inet' | 'inet6';
  readonly network: 'udp' | 'tcp';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly createdAt: Nanos;
  readonly owner: number | null;
  /** A TCP socket that may use other subflows beside (IPPROTO_MPTCP). */
  readonly isMultipath: boolean;
}

/** An internet socket with the open file description that it lives and dies with. */
export class Socket {
  readonly number: number;
  readonly family: 'inet' | 'inet6';
  readonly network: 'udp' | 'tcp';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly createdAt: Nanos;
  owner: number | null;
  /** As a tracer in the kernel tells them; null: it does not, or not yet. */
  inode: number | null = null;
  cookie: number | null = null;
  /** It, or what is done to it, went where the trace does not follow: nothing about it is certain any more. */
  isHidden = false;
  released: TrueRelease | null = null;
  reuseAddress = false;
  reusePort = false;
  boundWithReusePort = false;
  readonly isMultipath: boolean;
  /** MPTCP: the TCP socket that binds in its place is there, and keeps the owner that it was made with. */
  hasSubflow = false;
  listening = false;
  /** TCP: it has, or may have, a connection, which can outlive its last reference. */
  mayBeConnected = false;
  /**
   * TCP: it was shut down before it listened, so that every connection to it gets a FIN at once (sk_shutdown is
   * inherited), and one that nobody accepts may end in TIME_WAIT.
   */
  endsConnections = false;
  /** TCP: connections to it that nobody has accepted may have other flags than it has itself now. */
  queueMayDiffer = false;
  /** Its connect came back before it was answered. */
  isConnecting = false;
  v6Only = false;
  device: string | null = null;
  binding: Binding | null = null;
  boundAt: Nanos | null = null;
  cycle: number | null = null;
  closing: Moment | null = null;
  closed: Moment | null = null;
  freePoint: Moment | null = null;
  shutDownAt: Nanos | null = null;
  firstCloseAt: Nanos | null = null;
  /** Not gone yet. */
  readonly references: Reference[] = [];
  readonly #past: Reference[] = [];
  #certainUntil: Nanos | null = null;
  #endedWithProcess = false;

  constructor(source: SocketSource) {
    this.number = source.number;
    this.family = source.family;
    this.network = source.network;
    this.pid = source.pid;
    this.tid = source.tid;
    this.createdAt = source.createdAt;
    this.owner = source.owner;
    this.isMultipath = source.isMultipath;
  }

  get address(): string | null {
    const { binding } = this;
    if (binding?.host == null || binding.port === null) return null;
    return this.family === 'inet6' ? `[${binding.host}]:${binding.port}` : `${binding.host}:${binding.port}`;
  }

  /** What the kernel compares; null while a part of the address is unknown. */
  get claim(): PortClaim | null {
    const { binding } = this;
    if (binding?.host == null || binding.port === null) return null;
    return this.claimOf(binding.host, binding.port);
  }

  claimOf(host: string, port: number): PortClaim {
    const { family, v6Only, reuseAddress, reusePort, owner, device, boundWithReusePort, listening } = this;
    const flags = { v6Only, reuseAddress, reusePort, boundWithReusePort, listening };
    return { host, port, family, owner, device, ...flags };
  }

  /** A connection of which the kernel chose the port gives it back when the peer resets it, and no call tells. */
  get keepsPort(): boolean {
    return !this.mayBeConnected || this.binding?.portNamed === true;
  }

  get hasCertainReference(): boolean {
    for (const reference of this.references) if (reference.isCertain) return true;
    return false;
  }

  /** As opposed to a call in flight, which may yet come back with EBADF. */
  get hasCertainDescriptor(): boolean {
    for (const reference of this.references) {
      if (reference.kind === 'descriptor' && reference.isCertain) return true;
    }
    return false;
  }

  /** References that it possibly had at some moment of the interval, in the order in which they were made. */
  referencesWithin(from: Nanos, to: Nanos): Reference[] {
    return [...this.#past, ...this.references]
      .filter((reference) => reference.possibleWithin(from, to))
      .sort((a, b) => a.openedAt - b.openedAt);
  }

  get isGone(): boolean {
    return this.references.length === 0;
  }

  /** Keeps what a finding may need, forgets the rest: a reader that comes and goes a million times costs nothing. */
  retire(reference: Reference): void {
    removeFrom(this.references, reference);
    this.#note(reference);
    const hasBegun = this.firstCloseAt !== null || this.closing !== null || reference.endedWithProcess;
    if (!hasBegun) {
      if (reference.kind === 'call') return;
      // A descriptor that an exec took: a bind in flight may have run into it.
      if (this.#past.length === descriptorsKept) this.#past.shift();
    } else if (this.#past.length === referencesKept) this.#past.pop();
    this.#past.push(reference);
  }

  #note(reference: Reference): void {
    const until = reference.certainUntil;
    if (!reference.sure || until === null) return;
    if (this.#certainUntil !== null && until < this.#certainUntil) return;
    this.#certainUntil = until;
    this.#endedWithProcess = reference.endedWithProcess;
  }

  /** The finished life; only for a socket whose references are all gone. */
  life(goneBy: Nanos, intact: boolean): SocketLife {
    return {
      number: this.number,
      inode: this.inode,
      network: this.network,
      createdAt: this.createdAt,
      pid: this.pid,
      tid: this.tid,
      address: this.address,
      boundAt: this.boundAt,
      cycle: this.cycle,
      closing: this.closing,
      closed: this.closed,
      freePoint: this.freePoint,
      shutDownAt: this.shutDownAt,
      firstCloseAt: this.firstCloseAt,
      references: this.#past,
      certainUntil: this.released?.at ?? this.#certainUntil,
      released: this.released,
      goneBy,
      endedWithProcess: this.#endedWithProcess,
      intact,
    };
  }
}

/** Of a socket that nothing has begun to close. */
const descriptorsKept = 8;
