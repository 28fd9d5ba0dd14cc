import { expect, test } from 'vitest';
import { command } from '../../../../../harness/tracers/strace/command.ts';
import { callShape, markCalls, watchedCalls } from '../../../../../harness/tracers/strace/calls.ts';
import { splitArguments } from '../../../../../harness/tracers/strace/arguments.ts';

function enter(name: string, printed: string): unknown {
  return callShape(name)?.enter(splitArguments(`${printed})`, 0)?.parts ?? []);
}

test.each([
  ['socket', 'AF_INET6, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP', { domain: 10, type: 0o2000002, protocol: 0 }],
  ['socket', 'PF_NETLINK, SOCK_RAW, NETLINK_ROUTE', { domain: 16, type: 3, protocol: -1 }],
  ['bind', '3, {sa_family=AF_UNSPEC}, 2', { fd: 3, address: { family: 'unspec' } }],
  ['bind', '0x3, 0xc000012345, 0x10', { fd: 3, address: null }],
  ['accept', '3, NULL, NULL', { fd: 3, flags: 0 }],
  ['accept4', '3, NULL, NULL, SOCK_NONBLOCK', { fd: 3, flags: 0o4000 }],
  ['shutdown', '3, SHUT_WR', { fd: 3, how: 1 }],
  ['setsockopt', '3, SOL_IPV6, IPV6_V6ONLY, [1], 4', { fd: 3, level: 41, option: 26, value: 1 }],
  ['setsockopt', '3, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2', { fd: 3, level: 1, option: 25, value: 'lo' }],
  ['setsockopt', '3, SOL_TCP, TCP_NODELAY, [1], 4', { fd: 3, level: 6, option: -1 }],
  ['close', '3<UDP:[127.0.0.1:3001]>', { fd: 3 }],
  ['close_range', '3, 4294967295, CLOSE_RANGE_CLOEXEC', { first: 3, last: 4294967295, flags: 4 }],
  ['close_range', '3, ~0U, 0', { first: 3, last: 4294967295, flags: 0 }],
  ['dup', '3', { fd: 3 }],
  ['dup2', '3, 4', { fd: 3, to: 4 }],
  ['dup3', '3, 4, O_CLOEXEC', { fd: 3, to: 4, flags: 0o2000000 }],
  ['fcntl', '3, F_DUPFD_CLOEXEC, 10', { fd: 3, command: 1030, argument: 10 }],
  ['fcntl64', '3, F_SETFD, FD_CLOEXEC', { name: 'fcntl', fd: 3, command: 2, argument: 1 }],
  ['fcntl', '3, F_SETFL, O_RDWR|O_NONBLOCK', { fd: 3, command: 4, argument: 0 }],
  ['ioctl', '3, FIOCLEX', { fd: 3, request: 0x5451 }],
  ['ioctl', '3, SIOCGIFFLAGS, {ifr_name="lo"}', { fd: 3, request: -1 }],
  ['fchown', '3, 1000, -1', { fd: 3, owner: 1000 }],
  ['recvfrom', '-1, 0x7f', { fd: -1 }],
  ['vfork', '', { flags: 0x4100 }],
  ['setuid', '1000', { owner: 1000 }],
  ['setresuid', '-1, 1000, -1', { owner: 1000 }],
  ['setreuid', '5, -1', { owner: null }],
  ['unshare', 'CLONE_NEWNET|CLONE_FILES', { flags: 0x40000400 }],
  ['execve', '"/bin/true", ["true"], 0x7f /* 3 vars */', { path: '/bin/true' }],
  ['execve', '0xdead000, NULL, NULL', { path: null }],
  ['execveat', 'AT_FDCWD</tmp>, "x", ["x"], 0x7f, 0', { path: 'x' }],
])('%s(%s)', (name, printed, call) => {
  expect(enter(name, printed)).toMatchObject(call);
});

test.each([
  ['close', ''],
  ['close', 'x'],
  ['socket', 'AF_INET, SOCK_DGRAX, 0'],
  ['bind', '3, rubbish, 16'],
  ['dup2', '3'],
  ['unshare', 'CLONE_NEWNEX'],
])('%s(%s) is none', (name, printed) => {
  expect(enter(name, printed)).toBeNull();
});

test('names of what every object has are no calls', () => {
  expect(callShape('constructor')).toBeUndefined();
});

test('every call that the decoder reads is asked for, and no other', () => {
  const { argv } = command({ directory: '/d', launcher: ['/l'], installation: {} });
  const asked =
    argv
      .find((word) => word.startsWith('--trace='))
      ?.slice('--trace='.length)
      .split(',') ?? [];
  expect(new Set(asked)).toEqual(new Set([...watchedCalls, ...markCalls.keys()].map((name) => `?${name}`)));
  // As many as sockets.d follows, and those that change the owner of a socket.
  expect(asked.length).toBeGreaterThan(45);
});
