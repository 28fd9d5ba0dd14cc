/**
 * Every bind and listen of a log that was refused with EADDRINUSE, of UDP and TCP alike, with what the log says of
 * it: for logs from which no holder can be named. It follows single descriptors and neither their copies nor the
 * ones that a child has from its parent, so it proves nothing.
 */
import { formatAddress, isInet, type InetAddress, type SocketAddress } from '../trace/address.ts';
import type { EnterEvent, ReturnEvent, TraceEvent } from '../trace/event.ts';
import type { Fd, Nanos, Pid, Tid } from '../trace/ids.ts';

export interface RefusedBind {
  readonly call: 'bind' | 'listen';
  /** Null: the log does not show how the descriptor was made. */
  readonly network: 'udp' | 'tcp' | null;
  readonly at: Nanos;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly fd: Fd;
  /** `127.0.0.1:3001`; null: the log does not tell it. */
  readonly address: string | null;
  /** TCP: descriptors that the log shows bound to the same port; nothing says that one of them was in the way. */
  readonly sameAddress: readonly SameAddress[];
}

export interface SameAddress {
  readonly pid: Pid;
  readonly fd: Fd;
  readonly address: string;
  readonly close: 'not seen' | 'seen';
}

export class RefusedBinds {
  readonly #kept: RefusedBind[] = [];
  #seen = 0;
  readonly #sockets = new Map<string, KnownSocket>();
  readonly #inFlight = new Map<Tid, EnterEvent>();
  /** The refusal that the same thread's next one may replace: net.Listen of Go tries MPTCP, then TCP. */
  #multipath: { readonly tid: Tid; readonly address: string | null } | null = null;

  /** The first ones. */
  get kept(): readonly RefusedBind[] {
    return this.#kept;
  }

  get omitted(): number {
    return this.#seen - this.#kept.length;
  }

  push(event: TraceEvent): void {
    if (event.kind === 'enter') this.#entered(event);
    if (event.kind === 'return') this.#returned(event);
  }

  #entered(event: EnterEvent): void {
    this.#inFlight.set(event.tid, event);
    if (event.call.name !== 'close') return;
    const socket = this.#sockets.get(keyOf(event.pid, event.call.fd));
    if (socket !== undefined) socket.close = 'seen';
  }

  #returned(event: ReturnEvent): void {
    const entry = this.#inFlight.get(event.tid);
    this.#inFlight.delete(event.tid);
    if (entry?.call.name !== event.name) return;
    const { call } = entry;
    if (call.name === 'socket' && event.result.ok) this.#created(event, call.type, call.protocol);
    if (call.name !== 'bind' && call.name !== 'listen') return;
    const socket = this.#sockets.get(keyOf(event.pid, call.fd));
    const asked = call.name === 'bind' ? (event.address ?? call.address ?? null) : (socket?.bound ?? null);
    const address = asked !== null && isInet(asked) ? asked : null;
    if (event.result.ok && call.name === 'bind' && socket !== undefined) socket.bound = address;
    // A socket of another family (unix) can be refused as well, and is of no interest here.
    const isOther = asked !== null && address === null;
    if (event.result.ok || event.result.errno !== 'EADDRINUSE' || isOther) return;
    this.#refused(entry, call.name, call.fd, address, socket);
  }

  #created(event: ReturnEvent, type: number, protocol: number): void {
    if (!event.result.ok) return;
    const fd = event.result.value as Fd;
    const network = networks.get(type & typeMask) ?? null;
    const isMultipath = protocol === multipathTcp;
    const socket: KnownSocket = { pid: event.pid, fd, network, isMultipath, bound: null, close: 'not seen' };
    this.#sockets.set(keyOf(event.pid, fd), socket);
  }

  #refused(
    { at, pid, tid }: EnterEvent,
    call: 'bind' | 'listen',
    fd: Fd,
    address: InetAddress | null,
    socket: KnownSocket | undefined,
  ): void {
    const text = address === null ? null : formatAddress(address);
    const network = socket?.network ?? null;
    const isSecondTry = this.#multipath?.tid === tid && this.#multipath.address === text;
    this.#multipath = socket?.isMultipath === true ? { tid, address: text } : null;
    if (isSecondTry && network === 'tcp') return;
    this.#seen++;
    if (this.#kept.length === refusedKept) return;
    const sameAddress = network === 'tcp' && address !== null ? this.#boundTo(address, socket) : [];
    this.#kept.push({ call, network, at, pid, tid, fd, address: text, sameAddress });
  }

  #boundTo({ port }: InetAddress, candidate: KnownSocket | undefined): SameAddress[] {
    const others = [...this.#sockets.values()].filter(
      (socket) => socket !== candidate && socket.network === 'tcp' && isBoundTo(socket.bound, port),
    );
    return others.slice(-sameAddressKept).map(({ pid, fd, bound, close }) => {
      return { pid, fd, address: bound === null ? '' : formatAddress(bound), close };
    });
  }
}

interface KnownSocket {
  readonly pid: Pid;
  readonly fd: Fd;
  readonly network: 'udp' | 'tcp' | null;
  readonly isMultipath: boolean;
  bound: InetAddress | null;
  close: SameAddress['close'];
}

function isBoundTo(bound: SocketAddress | null, port: number): boolean {
  return bound !== null && isInet(bound) && bound.port === port && port !== 0;
}

function keyOf(pid: Pid, fd: Fd): string {
  return `${pid} ${fd}`;
}

// include/linux/net.h, include/uapi/linux/in.h
const networks: ReadonlyMap<number, 'udp' | 'tcp'> = new Map([
  [1, 'tcp'],
  [2, 'udp'],
]);
const typeMask = 0xf;
const multipathTcp = 262;

const refusedKept = 20;
const sameAddressKept = 5;
