/** The calls that matter to the replay: how their arguments are read from a line. All others are skipped. */
import type { Call, CallName } from '../../../src/trace/event.ts';
import { receiveCalls, sendCalls } from '../../../src/trace/event.ts';
import type { Fd } from '../../../src/trace/ids.ts';
import { fd } from '../../../src/trace/ids.ts';
import * as names from './constants.ts';
import { readSockaddr } from './sockaddr.ts';
import * as values from './values.ts';

/** Null: these are not the arguments of this call. What an unfinished call has not printed yet is missing or ''. */
type ReadCall = (parts: readonly string[]) => Call | null;

export interface CallShape {
  readonly name: CallName;
  readonly enter: ReadCall;
  /** Arguments that come after the first one are not read: they may hold megabytes of data. */
  readonly isTransfer: boolean;
}

/** @param name as strace prints it; undefined: a call that does not matter */
export function callShape(name: string): CallShape | undefined {
  return shapes.get(name);
}

/** Calls that only look; with a path below `/@afterclose/` they are marks. The number is the index of the path. */
export const markCalls: ReadonlyMap<string, number> = new Map([
  ['access', 0],
  ['faccessat', 1],
  ['faccessat2', 1],
]);

/** strace prints the flags of accept4 when it returns; before, this is taken for granted, as all of Go does it. */
export const assumedAcceptFlags = names.socketTypes.SOCK_CLOEXEC;

const shapes = new Map<string, CallShape>();

function define(name: CallName, enter: ReadCall): void {
  shapes.set(name, { name, enter, isTransfer: false });
}

/** A call whose first argument is a descriptor. */
function onDescriptor(
  name: CallName,
  enter: (descriptor: Fd, parts: readonly string[]) => Call | null,
): void {
  define(name, (parts) => {
    const descriptor = values.readDescriptor(parts[0] ?? '');
    return descriptor === null ? null : enter(fd(descriptor), parts);
  });
}

for (const name of [...receiveCalls, ...sendCalls]) {
  onDescriptor(name, (descriptor) => ({ name, fd: descriptor }));
  const shape = shapes.get(name);
  if (shape !== undefined) shapes.set(name, { ...shape, isTransfer: true });
}
for (const name of ['listen', 'getsockname', 'dup'] as const) {
  onDescriptor(name, (descriptor) => ({ name, fd: descriptor }));
}
for (const name of ['bind', 'connect'] as const) {
  onDescriptor(name, (descriptor, [, second = '']) => {
    const address = readSockaddr(values.withoutName(second));
    return address === undefined ? null : { name, fd: descriptor, address };
  });
}
define('socket', ([domain = '', type = '', protocol = '']) => {
  const number = values.readName(domain, names.addressFamilies);
  const flags = values.readFlags(type, names.socketTypes);
  const own = values.readName(protocol, names.internetProtocols);
  if (number === null || flags === null || own === null) return null;
  return { name: 'socket', domain: number, type: flags, protocol: own };
});
define('socketpair', () => ({ name: 'socketpair' }));
onDescriptor('accept', (descriptor) => ({ name: 'accept', fd: descriptor, flags: 0 }));
onDescriptor('accept4', (descriptor, [, , , fourth]) => {
  const flags = fourth === undefined ? assumedAcceptFlags : values.readFlags(fourth, names.socketTypes);
  return flags === null ? null : { name: 'accept4', fd: descriptor, flags };
});
onDescriptor('shutdown', (descriptor, [, second = '']) => {
  const how = values.readName(second, names.shutdownWays);
  return how === null ? null : { name: 'shutdown', fd: descriptor, how };
});
onDescriptor('setsockopt', (descriptor, [, second = '', third = '', fourth = '']) => {
  const level = values.readName(second, names.optionLevels);
  const option = values.readName(third, names.socketOptions);
  if (level === null || option === null) return null;
  return { name: 'setsockopt', fd: descriptor, level, option, value: values.readOption(fourth) };
});
onDescriptor('close', (descriptor) => ({ name: 'close', fd: descriptor }));
define('close_range', ([first = '', second = '', third = '']) => {
  const [from, to] = [values.readUnsigned(first), values.readUnsigned(second)];
  const flags = values.readFlags(third, names.closeRangeFlags);
  return from === null || to === null || flags === null
    ? null
    : { name: 'close_range', first: from, last: to, flags };
});
onDescriptor('dup2', (descriptor, [, second = '']) => {
  const to = values.readDescriptor(second);
  return to === null ? null : { name: 'dup2', fd: descriptor, to: fd(to) };
});
onDescriptor('dup3', (descriptor, [, second = '', third = '']) => {
  const to = values.readDescriptor(second);
  const flags = values.readFlags(third, names.descriptorFlags);
  return to === null || flags === null ? null : { name: 'dup3', fd: descriptor, to: fd(to), flags };
});
onDescriptor('fcntl', (descriptor, [, second = '', third = '']) => {
  const command = values.readName(second, names.fcntlCommands);
  const takesNumber = command !== null && names.numberCommands.has(command);
  const argument = takesNumber ? values.readFlags(third, names.descriptorFlags) : 0;
  return command === null || argument === null ? null : { name: 'fcntl', fd: descriptor, command, argument };
});
onDescriptor('ioctl', (descriptor, [, second = '']) => {
  const request = values.readName(second, names.ioctlRequests);
  return request === null ? null : { name: 'ioctl', fd: descriptor, request };
});
onDescriptor('fchown', (descriptor, [, second = '']) => {
  const owner = values.readUnsigned(second);
  return owner === null ? null : { name: 'fchown', fd: descriptor, owner };
});
define('clone', (parts) => ({ name: 'clone', flags: values.readCloneFlags(parts) }));
define('clone3', (parts) => ({ name: 'clone3', flags: values.readCloneFlags(parts) }));
// fork(2) and vfork(2) as clone(2) spells them (kernel/fork.c).
define('fork', () => ({ name: 'fork', flags: 0 }));
define('vfork', () => ({ name: 'vfork', flags: names.cloneFlags.CLONE_VM | names.cloneFlags.CLONE_VFORK }));
for (const [name, index] of [
  ['setuid', 0],
  ['setfsuid', 0],
  ['setreuid', 1],
  ['setresuid', 1],
] as const) {
  define(name, (parts) => {
    const owner = values.readUnsigned(parts[index] ?? '');
    // -1 leaves it as it is.
    return owner === null ? null : { name, owner: owner === 0xffffffff ? null : owner };
  });
}
define('unshare', ([first = '']) => {
  const flags = values.readFlags(first, names.cloneFlags);
  return flags === null ? null : { name: 'unshare', flags };
});
define('execve', ([first = '']) => ({ name: 'execve', path: values.readText(first) }));
define('execveat', ([, second = '']) => ({ name: 'execveat', path: values.readText(second) }));
for (const name of [
  'setns',
  'exit',
  'exit_group',
  'wait4',
  'waitid',
  'io_uring_setup',
  'pidfd_getfd',
] as const) {
  define(name, () => ({ name }));
}
for (const [name, index] of [
  ['poll', 1],
  ['ppoll', 1],
  ['select', 0],
  ['pselect6', 0],
] as const) {
  define(name, (parts) => {
    const descriptors = values.readUnsigned(parts[index] ?? '');
    return descriptors === null ? null : { name, descriptors };
  });
}
/** The calls that matter, by the names that they have on 64-bit systems. */
export const watchedCalls: readonly CallName[] = [...shapes.values()].map(({ name }) => name);

// What these are called on i386 and arm.
for (const name of ['fcntl', 'setuid', 'setreuid', 'setresuid', 'setfsuid', 'fchown']) {
  const shape = shapes.get(name);
  if (shape !== undefined) shapes.set(name === 'fcntl' ? 'fcntl64' : `${name}32`, shape);
}
