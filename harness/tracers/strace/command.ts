/** What to spawn for one block. */
import { receiveCalls, sendCalls } from '../../../src/trace/event.ts';
import type { CallName } from '../../../src/trace/event.ts';
import type { BlockSpec, SpawnPlan } from '../tracer.ts';
import { markCalls } from './calls.ts';
import { straceArguments } from './installation.ts';
import { endOf, oldestVersion } from './version.ts';

export const rawTraceName = 'strace.txt';

/** strace is the launcher's parent, ends when all that it watches has ended, and then with the launcher's exit code. */
export function command({ launcher, installation }: BlockSpec): SpawnPlan {
  const { version = oldestVersion } = installation;
  return {
    argv: [
      ...straceArguments(installation),
      '--follow-forks',
      ...(endOf(version) === 'together' ? together : []),
      // Signals to the group are for the launcher: it ends its runs, and strace writes down how.
      '--interruptible=never',
      '--absolute-timestamps=format:unix,precision:ns',
      '--syscall-times=ns',
      // Numbers for the decoder, and their names for whoever opens the trace.
      '--const-print-style=verbose',
      '--string-limit=32',
      // Not `none`: without its signal a killed process has no line that says so. Go sends itself SIGURG all the time.
      '--signal=!SIGURG,SIGCHLD',
      `--trace=${watched.map((name) => `?${name}`).join(',')}`,
      `--output=${rawTraceName}`,
      '--',
      ...launcher,
    ],
    env: {},
    files: [],
    rawTrace: rawTraceName,
  };
}

/**
 * --seccomp-bpf stops a program at the watched calls alone, which spares a third of the time. But where a strace
 * before 6.6 is killed it leaves programs behind whose watched calls all fail with ENOSYS, the launcher's own waiting
 * and killing among them: nothing would end in order, and runs would be recorded that never were. From 6.6 on they
 * are killed with it, which --kill-on-exit says once more.
 */
const together = ['--seccomp-bpf', '--kill-on-exit'];

const others: readonly CallName[] = [
  ...(['socket', 'socketpair', 'bind', 'connect', 'listen', 'getsockname', 'accept', 'accept4'] as const),
  ...([
    'shutdown',
    'setsockopt',
    'close',
    'close_range',
    'dup',
    'dup2',
    'dup3',
    'fcntl',
    'ioctl',
    'fchown',
  ] as const),
  ...([
    'clone',
    'clone3',
    'fork',
    'vfork',
    'execve',
    'execveat',
    'exit',
    'exit_group',
    'wait4',
    'waitid',
  ] as const),
  ...(['setuid', 'setreuid', 'setresuid', 'setfsuid', 'unshare', 'setns'] as const),
  ...(['io_uring_setup', 'pidfd_getfd'] as const),
];

/** Asked for with a question mark, since not every architecture has all of them. */
const watched = [...receiveCalls, ...sendCalls, ...others, ...markCalls.keys()];
