/** Can strace be used here, now, by this user? */
import { readFileSync } from 'node:fs';
import { runGroup } from '../../run/process-group.ts';
import type { Availability, Host } from '../tracer.ts';
import { command } from './command.ts';
import { isComplaint } from './health.ts';
import { findInstallation, toRecord } from './installation.ts';
import type { StraceInstallation } from './installation.ts';
import { isUsable, oldestVersion } from './version.ts';

export async function probe(host: Host): Promise<Availability> {
  if (process.platform !== 'linux') {
    return unusable('this machine will not do', `this is ${process.platform}`, 'trace on Linux');
  }
  const installation = await findInstallation(host.cacheDirectory);
  if (installation === null) {
    return unusable('there is no strace', 'none is installed, and none is in the cache', setUp);
  }
  const { version } = installation;
  if (!isUsable(version)) {
    const why = `this is ${version}, and its time stamps are good enough from ${oldestVersion} on`;
    return unusable('strace is too old', why, setUp);
  }
  const refusal = await tryTracing(installation);
  if (refusal !== null) return unusable('strace may not trace here', refusal, letTrace());
  return { usable: true, version: `strace ${version}`, installation: toRecord(installation) };
}

const setUp = 'install the package strace, or run make setup';

/** @returns why not; null where it works */
async function tryTracing(installation: StraceInstallation): Promise<string | null> {
  const launcher = ['/bin/sh', '-c', `exit ${expectedCode}`];
  const { argv } = command({ directory: '/', launcher, installation: toRecord(installation) });
  const end = await runGroup({
    argv: argv.map((word) => (word.startsWith('--output=') ? '--output=/dev/null' : word)),
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    stdout: 'ignore',
    stderr: 'capture',
    timeoutMs: 10_000,
  });
  if (end.exitCode === expectedCode) return null;
  if (end.timedOut) return 'a shell that only exits did not end under it within 10 s';
  const lines = end.stderr.split('\n').filter(isComplaint);
  return lines.at(-1) ?? `a shell that exits with ${expectedCode} ended with ${end.exitCode ?? end.signal}`;
}

/** One that the shell has no other reason for. */
const expectedCode = 37;

/** Yama (kernel/Documentation/admin-guide/LSM/Yama.rst) forbids ptrace from 2 on, and a container's seccomp filter can. */
function letTrace(): string {
  const tracer = /^TracerPid:\s*([1-9]\d*)$/m.exec(readProc('/proc/self/status'))?.[1];
  if (tracer !== undefined) {
    return `run it by itself: process ${tracer} traces this one already, and there can be no second tracer`;
  }
  const scope = Number(readProc('/proc/sys/kernel/yama/ptrace_scope'));
  if (scope >= 3) return 'kernel.yama.ptrace_scope is 3, which only a reboot can change';
  if (scope === 2) return 'as root: sysctl kernel.yama.ptrace_scope=1';
  return 'trace outside the container, or give it CAP_SYS_PTRACE (docker run --cap-add=SYS_PTRACE)';
}

/** Empty where there is no such file: Yama is not in every kernel. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function unusable(what: string, why: string, remedy: string): Availability {
  return { usable: false, what, why, remedy };
}
