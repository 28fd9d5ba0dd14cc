/** What to spawn for one block. */
import type { BlockSpec, SpawnPlan } from '../tracer.ts';
import { markCalls, watchedCalls } from './calls.ts';
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
      ...(endOf(version) === 'together' ? [killedTogether] : []),
      // Signals to the group are for the launcher: it ends its runs, and strace writes down how.
      '--interruptible=never',
      '--absolute-timestamps=format:unix,precision:ns',
      '--syscall-times=ns',
      // Numbers for the decoder, and their names for whoever opens the trace.
      '--const-print-style=verbose',
      '--string-limit=32',
      // Not `none`: without its signal a killed process has no line that says so. Go sends itself SIGURG all the time.
      '--signal=!SIGURG,SIGCHLD',
      `--trace=${asked.join(',')}`,
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
 * Nothing goes on unwatched when strace is killed. --seccomp-bpf, which stops a program at the watched calls alone and
 * spares a third of the time, is not for us. Before 6.6 a strace that is killed leaves programs behind whose watched
 * calls all fail with ENOSYS, the launcher's own waiting and killing among them. And from 6.13 on (to 7.2, the newest
 * tried; not in 6.1) it takes the first watched call after an execve for the answer of that execve, ENOSYS, where
 * another thread than the first made it: 60 of 60 times, and 0 of 60 without.
 */
const killedTogether = '--kill-on-exit';

/** With a question mark, since not every architecture has all of them. */
const asked = [...watchedCalls, ...markCalls.keys()].map((name) => `?${name}`);
