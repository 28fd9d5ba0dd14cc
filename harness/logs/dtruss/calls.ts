/** macOS's calls in the words of the trace events, which are Linux's. Numbers from xnu's bsd/sys headers. */
import type { Call, CallName } from '../../../src/trace/event.ts';
import { fd } from '../../../src/trace/ids.ts';

type Enter = (numbers: readonly number[]) => Call;

/** Undefined: a call that moves no descriptor and no socket. */
export function enterDtruss(name: string, given: readonly string[]): Call | undefined {
  const enter = calls.get(plainName(name));
  return enter?.(given.map(readNumber));
}

/** Without what marks the variant that is no cancellation point: `close_nocancel`, `close$NOCANCEL`. */
export function plainName(name: string): string {
  return name.replace(/_nocancel$/, '');
}

/** Descriptors and flags are C's int; NaN where it is none, which is then no descriptor either. */
function readNumber(given: string): number {
  if (!/^(?:0x[0-9a-fA-F]{1,16}|-?\d{1,10})$/.test(given)) return NaN;
  // The low half of a 64-bit register: `0xFFFFFFFFFFFFFFFF` is -1.
  return given.startsWith('0x') ? parseInt(given.slice(2).slice(-8), 16) | 0 : Number(given);
}

const calls = new Map<string, Enter>();

function define(names: string, enter: Enter): void {
  for (const name of names.split(' ')) calls.set(name, enter);
}

/** Calls of which only the descriptor, their first argument, matters. */
function onDescriptor(names: string, toCall: (descriptor: ReturnType<typeof fd>) => Call): void {
  define(names, ([first = NaN]) => toCall(fd(first)));
}

function transfer(
  names: string,
  name: Extract<CallName, `${'read' | 'recv' | 'write' | 'send'}${string}`>,
): void {
  onDescriptor(names, (descriptor) => ({ name, fd: descriptor }));
}

define('socket', ([domain = NaN, type = NaN, protocol = NaN]) => {
  return { name: 'socket', domain: families.get(domain) ?? otherNumber, type, protocol };
});
define('socketpair', () => ({ name: 'socketpair' }));
// The address is a pointer, and what it points to is not printed.
onDescriptor('bind', (descriptor) => ({ name: 'bind', fd: descriptor, address: null }));
onDescriptor('connect connectx', (descriptor) => ({ name: 'connect', fd: descriptor, address: null }));
onDescriptor('listen', (descriptor) => ({ name: 'listen', fd: descriptor }));
onDescriptor('getsockname', (descriptor) => ({ name: 'getsockname', fd: descriptor }));
onDescriptor('accept', (descriptor) => ({ name: 'accept', fd: descriptor, flags: 0 }));
define('shutdown', ([first = NaN, how = NaN]) => ({ name: 'shutdown', fd: fd(first), how }));
define('setsockopt', ([first = NaN, level = NaN, option = NaN]) => {
  const linux = options.get(`${level} ${option}`) ?? { level: otherNumber, option: otherNumber };
  return { name: 'setsockopt', fd: fd(first), ...linux, value: null };
});
onDescriptor('close guarded_close_np', (descriptor) => ({ name: 'close', fd: descriptor }));
onDescriptor('dup', (descriptor) => ({ name: 'dup', fd: descriptor }));
define('dup2', ([first = NaN, to = NaN]) => ({ name: 'dup2', fd: fd(first), to: fd(to) }));
define('fcntl', ([first = NaN, command = NaN, argument = NaN]) => {
  return { name: 'fcntl', fd: fd(first), command: commands.get(command) ?? otherNumber, argument };
});
define('ioctl', ([first = NaN, request = NaN]) => {
  return { name: 'ioctl', fd: fd(first), request: requests.get(request) ?? otherNumber };
});
transfer('read', 'read');
transfer('readv', 'readv');
transfer('recvfrom', 'recvfrom');
transfer('recvmsg', 'recvmsg');
transfer('recvmsg_x', 'recvmmsg');
transfer('write', 'write');
transfer('writev', 'writev');
transfer('sendto', 'sendto');
transfer('sendmsg', 'sendmsg');
transfer('sendmsg_x', 'sendmmsg');
define('fork', () => ({ name: 'fork', flags: 0 }));
define('vfork', () => ({ name: 'vfork', flags: 0 }));
define('execve __mac_execve', () => ({ name: 'execve', path: null }));
define('wait4', () => ({ name: 'wait4' }));
define('waitid', () => ({ name: 'waitid' }));

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
