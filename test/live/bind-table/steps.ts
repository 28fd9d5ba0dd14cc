/** The steps of a situation, as go-fixtures/bind-table reads them (its script.go), and short ways to write them. */

export type OwnPort = `own+${number}`;

export interface Step {
  readonly do: string;
  /** The name of the socket, child or thread that is meant, and of the one that is made. */
  readonly of?: string;
  readonly as?: string;
  /** The thread that does it; absent: the first one. */
  readonly on?: string;
  /** The child that does it; absent: the executor itself. */
  readonly in?: string;
  readonly family?: 'inet' | 'inet6' | 'unspec';
  readonly address?: string;
  /** `told`: the one that the last getsockname told; absent: the situation's own, the first if it has several. */
  readonly port?: number | 'told' | OwnPort;
  readonly value?: number;
  readonly text?: string;
  /** The error that the step ends with; a bind that is expected to fail is no answer of the table. */
  readonly fails?: string;
}

type Extra = Pick<Step, 'port' | 'fails' | 'on'>;
export type Option = 'reuseAddress' | 'reusePort' | 'v6Only';

export const udp = (as: string, ...options: readonly Option[]): Step[] => socket('inet', as, options);
export const udp6 = (as: string, ...options: readonly Option[]): Step[] => socket('inet6', as, options);
export const tcp = (as: string, ...options: readonly Option[]): Step[] => socket('inet', as, options, 'tcp');
export const tcp6 = (as: string, ...options: readonly Option[]): Step[] =>
  socket('inet6', as, options, 'tcp');
/** As net.Listen of Go asks for it. */
export const multipath = (as: string, ...options: readonly Option[]): Step[] =>
  socket('inet', as, options, 'mptcp');
export const cloexecUdp = (as: string): Step => ({ do: 'socket', family: 'inet', as, value: 1 });

function socket(
  family: 'inet' | 'inet6',
  as: string,
  options: readonly Option[],
  kind: 'udp' | 'tcp' | 'mptcp' = 'udp',
): Step[] {
  return [{ do: 'socket', family, as, text: kind }, ...options.map((option) => set(as, option))];
}

export const set = (of: string, option: Option): Step => ({ do: 'option', of, text: option, value: 1 });
export const clear = (of: string, option: Option): Step => ({ do: 'option', of, text: option, value: 0 });
export const device = (of: string, name: string): Step => ({ do: 'device', of, text: name });
export const deviceIndex = (of: string, index: number): Step => ({
  do: 'option',
  of,
  text: 'interface',
  value: index,
});

export const bind = (of: string, address: string, extra: Extra = {}): Step => ({
  do: 'bind',
  of,
  address,
  ...extra,
});
/** An IPv4 bind whose sockaddr says AF_UNSPEC: for the wildcard the kernel lets that pass. */
export const bindUnspecified = (of: string): Step => ({
  do: 'bind',
  of,
  family: 'unspec',
  address: '0.0.0.0',
});
export const listen = (of: string): Step => ({ do: 'listen', of });
export const connect = (of: string, address: string, extra: Extra = {}): Step => ({
  do: 'connect',
  of,
  address,
  port: 9,
  ...extra,
});
export const disconnect = (of: string): Step => ({ do: 'connect', of, family: 'unspec' });
export const send = (of: string, address: string): Step => ({ do: 'send', of, address, port: 9 });
/** getsockname */
export const tell = (of: string): Step => ({ do: 'tell', of });
export const shutdown = (of: string, extra: Extra = {}): Step => ({ do: 'shutdown', of, ...extra });

export const close = (of: string, extra: Extra = {}): Step => ({ do: 'close', of, ...extra });
export const closeRange = (of: string, flags = 0, extra: Extra = {}): Step => ({
  do: 'closeRange',
  of,
  value: flags,
  ...extra,
});
/** dup2 and dup3 take over the descriptor of `as`; the others make it. */
export const duplicate = (
  call: 'dup' | 'dup2' | 'dup3' | 'F_DUPFD' | 'F_DUPFD_CLOEXEC',
  of: string,
  as: string,
): Step => ({ do: 'duplicate', text: call, of, as });
export const closeOnExec = (call: 'fcntl' | 'ioctl', of: string): Step => ({
  do: 'onExec',
  text: call,
  of,
  value: 1,
});
export const keepOnExec = (call: 'fcntl' | 'ioctl', of: string): Step => ({
  do: 'onExec',
  text: call,
  of,
  value: 0,
});

export const chown = (of: string, owner: number): Step => ({ do: 'fchown', of, value: owner });
export const identity = (call: 'setfsuid' | 'setresuid' | 'setreuid', owner: number): Step => ({
  do: 'identity',
  text: call,
  value: owner,
});

/** A thread sleeps in the call on the socket when the step is done. */
export const park = (
  call: 'recvfrom' | 'recvmsg' | 'read',
  of: string,
  as: string,
  address: string,
): Step => ({
  do: 'park',
  text: call,
  of,
  as,
  address,
});
/** A datagram lets the reader return. */
export const wake = (of: string): Step => ({ do: 'wake', of });
export const returned = (of: string): Step => ({ do: 'returned', of });

/** Into a message to the socket `as`, which nobody receives. */
export const pass = (of: string, as: string): Step => ({ do: 'pass', of, as });
/** As a file of the io_uring `as`. */
export const register = (of: string, as: string): Step => ({ do: 'register', of, as });
/** By pidfd_getfd. */
export const take = (of: string, as: string): Step => ({ do: 'take', of, as });

export const thread = (as: string): Step => ({ do: 'thread', as });
export const unshare = (on: string): Step => ({ do: 'unshare', on });
/** A child that only holds its copy of the table. */
export const fork = (as: string): Step => ({ do: 'fork', as });
/** A child that uses the same table. */
export const forkSharing = (as: string): Step => ({ do: 'fork', as, value: 1 });
/** A child as os/exec makes it, with the socket as an extra file. */
export const spawn = (as: string, of: string): Step => ({ do: 'spawn', as, of });
export const exec = (of: string): Step => ({ do: 'exec', of });
/** Of a spawned child, which makes the socket close-on-exec before. */
export const execClosing = (of: string): Step => ({ do: 'exec', of, value: 1 });
export const exit = (of: string): Step => ({ do: 'exit', of });

/** Done by the child itself, on descriptors of its own. */
export const inChild = (child: string, ...steps: readonly Step[]): Step[] =>
  steps.map((step) => ({ ...step, in: child }));
