import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import type { PortClaim } from './blockers.ts';
import { referencesKept, type Moment, type SocketLife, type TrueRelease } from './ledger.ts';
import type { Reference } from './reference.ts';

export interface SocketSource {
  readonly number: number;
  readonly family: 'inet' | 'inet6';
  readonly network: 'udp' | 'tcp';
  readonly pid: Pid;
  readonly tid: Tid;
  readonly createdAt: Nanos;
  readonly owner: number | null;
}

/** Where a socket is bound. Null parts: the kernel chose them and nothing has told us yet. */
export interface Binding {
  host: string | null;
  port: number | null;
  /** Entry and return of what bound it; a socket is possibly bound from the entry on. */
  readonly from: Nanos;
  readonly certainFrom: Nanos;
  /** Process that bound it; null: it was bound before the trace or by accept. */
  readonly boundBy: Pid | null;
  /** bind(2) named the address or port itself: connect(AF_UNSPEC) keeps those (SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK). */
  readonly hostNamed: boolean;
  readonly portNamed: boolean;
  /** The wildcard that connect narrowed; null: not narrowed. */
  narrowedFrom: string | null;
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
  released: TrueRelease | null = null;
  reuseAddress = false;
  reusePort = false;
  boundWithReusePort = false;
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
  readonly references = new Set<Reference>();
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
    const { family, v6Only, reuseAddress, reusePort, owner, device, boundWithReusePort } = this;
    return { host, port, family, v6Only, reuseAddress, reusePort, owner, device, boundWithReusePort };
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
    return this.references.size === 0;
  }

  /** Keeps what a finding may need, forgets the rest: a reader that comes and goes a million times costs nothing. */
  retire(reference: Reference): void {
    this.references.delete(reference);
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
