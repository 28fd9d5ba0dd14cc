/** A thread of a history: what it does, one call after another or overlapping with those of others. */
import { parseAddress, type SocketAddress } from '../../src/trace/address.ts';
import type { Call, TransferCall } from '../../src/trace/event.ts';
import { fd as asFd } from '../../src/trace/ids.ts';
import * as abi from '../../src/kernel/abi.ts';
import type { History } from './history.ts';

export interface SocketOptions {
  readonly family?: 4 | 6;
  readonly type?: number;
  readonly protocol?: number;
  readonly owner?: number;
  readonly cloexec?: boolean;
}

/** A call that has been entered; the test says when and how it comes back. */
export interface Pending {
  returns(value?: number, address?: string): void;
  fails(errno: string, address?: string): void;
}

export class Actor {
  readonly history: History;
  readonly pid: number;
  readonly tid: number;
  hasExited = false;

  constructor(history: History, pid: number, tid: number) {
    this.history = history;
    this.pid = pid;
    this.tid = tid;
  }

  /** Entry only. */
  enters(call: Call): Pending {
    this.history.entered(this.pid, this.tid, call);
    const back = (result: number | string, address?: string): void => {
      const told = address === undefined ? undefined : addressOf(address);
      this.history.returned(this.pid, this.tid, call.name, result, told);
    };
    return {
      returns: (value = 0, address): void => {
        back(value, address);
      },
      fails: back,
    };
  }

  /** Entry and return, one step apart. */
  calls(call: Call, result: number | string = 0, address?: string): void {
    const pending = this.enters(call);
    if (typeof result === 'number') pending.returns(result, address);
    else pending.fails(result, address);
  }

  socket(fd: number, options: SocketOptions = {}): number {
    this.calls(socketCall(options), fd);
    return fd;
  }

  /** A UDP socket bound to the address, e.g. `127.0.0.1:3001`. */
  udp(fd: number, address: string, options: SocketOptions = {}): number {
    this.socket(fd, { family: address.startsWith('[') ? 6 : 4, ...options });
    this.binds(fd, address);
    return fd;
  }

  binds(fd: number, address: string, result: number | string = 0): void {
    this.calls({ name: 'bind', fd: asFd(fd), address: addressOf(address) }, result);
  }

  /** socket and bind, the bind failing with EADDRINUSE; the descriptor stays open. */
  findsInUse(fd: number, address: string): void {
    this.socket(fd, { family: address.startsWith('[') ? 6 : 4 });
    this.binds(fd, address, 'EADDRINUSE');
  }

  entersBind(fd: number, address: string): Pending {
    return this.enters({ name: 'bind', fd: asFd(fd), address: addressOf(address) });
  }

  connects(fd: number, address: string, result: number | string = 0): void {
    this.calls({ name: 'connect', fd: asFd(fd), address: addressOf(address) }, result);
  }

  getsockname(fd: number, address: string): void {
    this.calls({ name: 'getsockname', fd: asFd(fd) }, 0, address);
  }

  sets(fd: number, option: keyof typeof options, value: number | string = 1): void {
    const [level, number] = options[option];
    this.calls({ name: 'setsockopt', fd: asFd(fd), level, option: number, value });
  }

  entersRead(fd: number, name: TransferCall = 'recvfrom'): Pending {
    return this.enters({ name, fd: asFd(fd) });
  }

  sends(fd: number, result: number | string = 4): void {
    this.calls({ name: 'sendto', fd: asFd(fd) }, result);
  }

  shutsDown(fd: number): void {
    this.calls({ name: 'shutdown', fd: asFd(fd), how: 2 });
  }

  close(fd: number, result: number | string = 0): void {
    this.calls({ name: 'close', fd: asFd(fd) }, result);
  }

  entersClose(fd: number): Pending {
    return this.enters({ name: 'close', fd: asFd(fd) });
  }

  closeRange(first: number, last: number, flags = 0, result: number | string = 0): void {
    this.calls({ name: 'close_range', first, last, flags }, result);
  }

  dup(fd: number, to: number): number {
    this.calls({ name: 'dup', fd: asFd(fd) }, to);
    return to;
  }

  dup2(fd: number, to: number, result: number | string = to): void {
    this.calls({ name: 'dup2', fd: asFd(fd), to: asFd(to) }, result);
  }

  fcntl(fd: number, command: number, argument: number, result = 0): void {
    this.calls({ name: 'fcntl', fd: asFd(fd), command, argument }, result);
  }

  mark(text: string): void {
    this.history.marked(this.pid, this.tid, text);
  }

  /** Close, as an honest program does it: the marks around it and close(2) in between. */
  closesHonestly(fd: number, address: string): void {
    this.mark(`closing udp ${address}`);
    this.close(fd);
    this.mark(`closed udp ${address}`);
    this.mark(`done udp ${address}`);
  }

  /** A new thread of the same process, its table shared. */
  thread(): Actor {
    const tid = this.history.newTid();
    const clone = this.enters({ name: 'clone', flags: abi.CLONE_FILES | abi.CLONE_THREAD });
    this.history.forked(this.pid, this.tid, this.pid, tid);
    clone.returns(tid);
    return new Actor(this.history, this.pid, tid);
  }

  /** A new process with a copy of the table, or sharing it by flags. */
  forks(flags = 0): Actor {
    const { child, fork } = this.entersFork(flags);
    const born = child();
    fork.returns(born.pid);
    return born;
  }

  /** A fork whose steps the test places: `child` is the moment from which the child exists. */
  entersFork(flags = 0): { readonly fork: Pending; readonly child: () => Actor } {
    const fork = this.enters({ name: 'clone', flags });
    const child = (): Actor => {
      const pid = this.history.newPid();
      this.history.forked(this.pid, this.tid, pid, pid);
      return new Actor(this.history, pid, pid);
    };
    return { fork, child };
  }

  execs(): void {
    this.calls({ name: 'execve', path: '/bin/true' });
  }

  waitsFor(child: Actor): void {
    this.history.waitedFor(this.pid, this.tid, child.pid);
  }

  /** exit_group, and the end of the process a step later. */
  exits(): void {
    this.history.entered(this.pid, this.tid, { name: 'exit_group' });
    this.history.exited(this.pid, this.tid, true);
    this.hasExited = true;
  }
}

function socketCall(options: SocketOptions = {}): Call {
  return {
    name: 'socket',
    domain: options.family === 6 ? abi.AF_INET6 : abi.AF_INET,
    type: (options.type ?? abi.SOCK_DGRAM) | (options.cloexec === true ? abi.SOCK_CLOEXEC : 0),
    protocol: options.protocol ?? 0,
    ...(options.owner === undefined ? {} : { owner: options.owner }),
  };
}

const options = {
  reuseAddress: [abi.SOL_SOCKET, abi.SO_REUSEADDR],
  reusePort: [abi.SOL_SOCKET, abi.SO_REUSEPORT],
  device: [abi.SOL_SOCKET, abi.SO_BINDTODEVICE],
  v6Only: [abi.IPPROTO_IPV6, abi.IPV6_V6ONLY],
} as const;

function addressOf(text: string): SocketAddress {
  return text === 'unspecified' ? { family: 'unspec' } : inet(text);
}

/** `127.0.0.1:3001` or `[::1]:3001`, as marks write it. */
export function inet(text: string): SocketAddress {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}
