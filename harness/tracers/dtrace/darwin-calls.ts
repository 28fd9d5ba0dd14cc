/**
 * macOS's calls in the words of the trace events, which are Linux's: for sockets-darwin.d and for logs of dtruss.
 * Numbers from xnu's bsd/sys headers. Nothing here was tried on a real machine.
 */
import type { Call, CallName } from '../../../src/trace/event.ts';
import { fd } from '../../../src/trace/ids.ts';
import type { CallShape } from '../system-calls.ts';

/** @param name as DTrace's probe is called; undefined: a call that moves no descriptor and no socket */
export function darwinCallShape(name: string): CallShape | undefined {
  return shapes.get(plainName(name));
}

/** Without what marks the variant that is no cancellation point: `close_nocancel`. */
export function plainName(name: string): string {
  return name.replace(/_nocancel$/, '');
}

const shapes = new Map<string, CallShape>();

function define<Name extends CallName>(
  names: string,
  name: Name,
  enter: (name: Name, ...values: Parameters<CallShape['enter']>) => Call,
): void {
  const shape: CallShape = { name, enter: (...values) => enter(name, ...values) };
  for (const each of names.split(' ')) shapes.set(each, shape);
}

define('socket', 'socket', (name, domain, type, protocol) => {
  return { name, domain: families.get(domain) ?? otherNumber, type, protocol };
});
define('socketpair', 'socketpair', (name) => ({ name }));
define('bind', 'bind', (name, a0) => ({ name, fd: fd(a0) }));
define('connect connectx', 'connect', (name, a0) => ({ name, fd: fd(a0) }));
define('listen', 'listen', (name, a0) => ({ name, fd: fd(a0) }));
define('getsockname', 'getsockname', (name, a0) => ({ name, fd: fd(a0) }));
define('accept', 'accept', (name, a0) => ({ name, fd: fd(a0), flags: 0 }));
define('shutdown', 'shutdown', (name, a0, how) => ({ name, fd: fd(a0), how }));
define('setsockopt', 'setsockopt', (name, a0, level, option, _a3, data) => {
  const linux = options.get(`${level} ${option}`) ?? { level: otherNumber, option: otherNumber };
  return { name, fd: fd(a0), ...linux, value: typeof data === 'number' ? data : null };
});
define('close guarded_close_np', 'close', (name, a0) => ({ name, fd: fd(a0) }));
define('dup', 'dup', (name, a0) => ({ name, fd: fd(a0) }));
define('dup2', 'dup2', (name, a0, to) => ({ name, fd: fd(a0), to: fd(to) }));
define('fcntl', 'fcntl', (name, a0, command, argument) => {
  return { name, fd: fd(a0), command: commands.get(command) ?? otherNumber, argument };
});
define('ioctl', 'ioctl', (name, a0, request) => {
  return { name, fd: fd(a0), request: requests.get(request) ?? otherNumber };
});
for (const name of ['read', 'readv', 'recvfrom', 'recvmsg', 'write', 'writev', 'sendto', 'sendmsg'] as const)
  define(name, name, (_, a0) => ({ name, fd: fd(a0) }));
define('recvmsg_x', 'recvmmsg', (name, a0) => ({ name, fd: fd(a0) }));
define('sendmsg_x', 'sendmmsg', (name, a0) => ({ name, fd: fd(a0) }));
define('poll', 'poll', (name, _a0, descriptors) => ({ name, descriptors }));
define('select', 'select', (name, descriptors) => ({ name, descriptors }));
define('fork', 'fork', (name) => ({ name, flags: 0 }));
// posix_spawn makes a child with a table of its own and executes in it.
define('vfork posix_spawn', 'vfork', (name) => ({ name, flags: 0 }));
define('execve __mac_execve', 'execve', (name) => ({ name, path: null }));
define('wait4', 'wait4', (name) => ({ name }));
define('waitid', 'waitid', (name) => ({ name }));

/** Stands for every number that changes nothing: no Linux number is negative. */
const otherNumber = -1;

// sys/socket.h: PF_UNSPEC, PF_LOCAL, PF_INET, PF_INET6
const families: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 1],
  [2, 2],
  [30, 10],
]);

// sys/socket.h: SOL_SOCKET 0xffff, SO_REUSEADDR 4, SO_REUSEPORT 0x200; netinet6/in6.h: IPV6_V6ONLY 27
const options: ReadonlyMap<string, { readonly level: number; readonly option: number }> = new Map([
  ['65535 4', { level: 1, option: 2 }],
  ['65535 512', { level: 1, option: 15 }],
  ['41 27', { level: 41, option: 26 }],
]);

// sys/fcntl.h: F_DUPFD 0, F_SETFD 2, F_DUPFD_CLOEXEC 67; FD_CLOEXEC is 1 here too
const commands: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [2, 2],
  [67, 1030],
]);

// sys/filio.h: FIOCLEX, FIONCLEX
const requests: ReadonlyMap<number, number> = new Map([
  [0x20006601, 0x5451],
  [0x20006602, 0x5450],
]);

/** A sockaddr of BSD (a byte of length, a byte of family) as Linux lays it out. */
export function toLinuxSockaddr(bytes: Uint8Array): Uint8Array {
  const family = bytes[1];
  if (family === undefined) return bytes;
  return Uint8Array.of(families.get(family) ?? unknownFamily, 0, ...bytes.subarray(2));
}

/** No address family of Linux has it. */
const unknownFamily = 0xff;
