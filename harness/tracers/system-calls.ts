/**
 * The calls that a tracer in the kernel tells, by their numbers on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl
 * of Linux). Arguments are the low 32 bits of the registers as the C type int.
 */
import type { Call, CallName, CallResult } from '../../src/trace/event.ts';
import { fd } from '../../src/trace/ids.ts';
import { errnoName } from './errno.ts';
import type { System } from './errno.ts';

/** What a trace gives beside the registers: what a pointer pointed to, or the owner of a new socket. */
export type CallData = number | string | Uint8Array | null;

export interface CallShape {
  readonly name: CallName;
  readonly enter: (a0: number, a1: number, a2: number, a3: number, data: CallData) => Call;
}

/** Undefined: no tracer tells it. */
export function callShape(number: number): CallShape | undefined {
  return shapes[number];
}

/** -4095 to -1 are errors (include/linux/err.h); below that, nothing. */
export function callResult(value: number, system: System = 'linux'): CallResult | null {
  if (value >= 0) return { ok: true, value };
  return value >= -4095 ? { ok: false, errno: errnoName(system, -value) } : null;
}

// fork(2) and vfork(2) as clone(2) spells them (kernel/fork.c).
const CLONE_VM = 0x100;
const CLONE_VFORK = 0x4000;

const shapes: CallShape[] = [];

function define<Name extends CallName>(
  number: number,
  name: Name,
  enter: (name: Name, ...values: Parameters<CallShape['enter']>) => Call,
): void {
  shapes[number] = { name, enter: (a0, a1, a2, a3, data) => enter(name, a0, a1, a2, a3, data) };
}

define(0, 'read', (name, a0) => ({ name, fd: fd(a0) }));
define(1, 'write', (name, a0) => ({ name, fd: fd(a0) }));
define(3, 'close', (name, a0) => ({ name, fd: fd(a0) }));
define(7, 'poll', (name, _a0, descriptors) => ({ name, descriptors }));
define(16, 'ioctl', (name, a0, a1) => ({ name, fd: fd(a0), request: a1 >>> 0 }));
define(19, 'readv', (name, a0) => ({ name, fd: fd(a0) }));
define(20, 'writev', (name, a0) => ({ name, fd: fd(a0) }));
define(23, 'select', (name, descriptors) => ({ name, descriptors }));
define(32, 'dup', (name, a0) => ({ name, fd: fd(a0) }));
define(33, 'dup2', (name, a0, a1) => ({ name, fd: fd(a0), to: fd(a1) }));
define(41, 'socket', (name, domain, type, protocol, _a3, data) => {
  if (typeof data !== 'number') return { name, domain, type, protocol };
  return { name, domain, type, protocol, owner: data >>> 0 };
});
define(42, 'connect', (name, a0) => ({ name, fd: fd(a0) }));
define(43, 'accept', (name, a0) => ({ name, fd: fd(a0), flags: 0 }));
define(44, 'sendto', (name, a0) => ({ name, fd: fd(a0) }));
define(45, 'recvfrom', (name, a0) => ({ name, fd: fd(a0) }));
define(46, 'sendmsg', (name, a0) => ({ name, fd: fd(a0) }));
define(47, 'recvmsg', (name, a0) => ({ name, fd: fd(a0) }));
define(48, 'shutdown', (name, a0, how) => ({ name, fd: fd(a0), how }));
define(49, 'bind', (name, a0) => ({ name, fd: fd(a0) }));
define(50, 'listen', (name, a0) => ({ name, fd: fd(a0) }));
define(51, 'getsockname', (name, a0) => ({ name, fd: fd(a0) }));
define(53, 'socketpair', (name) => ({ name }));
define(54, 'setsockopt', (name, a0, level, option, _a3, data) => {
  // SO_BINDTODEVICE of no bytes: no device.
  const nothing = level === 1 && option === 25 ? '' : null;
  const value = typeof data === 'number' || typeof data === 'string' ? data : nothing;
  return { name, fd: fd(a0), level, option, value };
});
define(56, 'clone', (name, flags) => ({ name, flags: flags >>> 0 }));
define(57, 'fork', (name) => ({ name, flags: 0 }));
define(58, 'vfork', (name) => ({ name, flags: CLONE_VM | CLONE_VFORK }));
define(59, 'execve', (name, _a0, _a1, _a2, _a3, data) => ({ name, path: textOf(data) }));
define(60, 'exit', (name) => ({ name }));
define(61, 'wait4', (name) => ({ name }));
define(72, 'fcntl', (name, a0, command, argument) => ({ name, fd: fd(a0), command, argument }));
define(93, 'fchown', (name, a0, owner) => ({ name, fd: fd(a0), owner: owner >>> 0 }));
define(105, 'setuid', (name, uid) => ({ name, owner: ownerOf(uid) }));
define(113, 'setreuid', (name, _real, effective) => ({ name, owner: ownerOf(effective) }));
define(117, 'setresuid', (name, _real, effective) => ({ name, owner: ownerOf(effective) }));
define(122, 'setfsuid', (name, uid) => ({ name, owner: ownerOf(uid) }));
define(231, 'exit_group', (name) => ({ name }));
define(247, 'waitid', (name) => ({ name }));
define(270, 'pselect6', (name, descriptors) => ({ name, descriptors }));
define(271, 'ppoll', (name, _a0, descriptors) => ({ name, descriptors }));
define(272, 'unshare', (name, flags) => ({ name, flags: flags >>> 0 }));
define(288, 'accept4', (name, a0, _a1, _a2, flags) => ({ name, fd: fd(a0), flags }));
define(292, 'dup3', (name, a0, a1, flags) => ({ name, fd: fd(a0), to: fd(a1), flags }));
define(299, 'recvmmsg', (name, a0) => ({ name, fd: fd(a0) }));
define(307, 'sendmmsg', (name, a0) => ({ name, fd: fd(a0) }));
define(308, 'setns', (name) => ({ name }));
define(322, 'execveat', (name, _a0, _a1, _a2, _a3, data) => ({ name, path: textOf(data) }));
define(425, 'io_uring_setup', (name) => ({ name }));
define(435, 'clone3', (name, _a0, _a1, _a2, _a3, data) => ({
  name,
  flags: typeof data === 'number' ? data : null,
}));
define(436, 'close_range', (name, first, last, flags) => ({
  name,
  first: first >>> 0,
  last: last >>> 0,
  flags,
}));
define(438, 'pidfd_getfd', (name) => ({ name }));

function textOf(data: CallData): string | null {
  return typeof data === 'string' ? data : null;
}

/** -1 leaves it as it is. The fsuid follows the effective one (setresuid(2)). */
function ownerOf(uid: number): number | null {
  return uid === -1 ? null : uid >>> 0;
}
