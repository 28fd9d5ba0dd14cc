/** Can DTrace be used here, now, by this user? */
import { availableParallelism, release } from 'node:os';
import { runGroup } from '../../run/process-group.ts';
import { currentMachine } from '../debian-machine.ts';
import type { Availability, Host } from '../tracer.ts';
import { findInstallation, toRecord } from './installation.ts';
import { missingToTrace } from './preconditions.ts';
import { withTracefs } from './private-mounts.ts';
import { programFile } from './program.ts';
import { isProven } from './proof.ts';

export async function probe(host: Host): Promise<Availability> {
  const machine = currentMachine();
  const missing = missingToTrace(machine);
  if (missing !== null) return unusable('this machine will not do', missing, 'trace on Linux, x86-64');
  if (!host.isRoot) {
    const why = 'DTrace puts programs into the kernel';
    return unusable('it needs root', why, 'run afterclose as root; judging a saved session needs none');
  }
  const installation = await findInstallation(host.cacheDirectory, machine.searchPath);
  if (installation === null) {
    return unusable('there is no DTrace', 'none is installed, and none is in the cache', setUp);
  }
  const mounting = await tryMounting();
  if (mounting !== null) {
    return unusable(
      'tracefs can not be mounted',
      mounting,
      'trace outside the container, or give it CAP_SYS_ADMIN',
    );
  }
  if (!isProven(host.cacheDirectory, installation)) {
    const why = `DTrace ${installation.version} has not passed its self-test on kernel ${release()}`;
    return unusable('it is not proven here', why, setUp);
  }
  return {
    usable: true,
    version: `DTrace ${installation.version}`,
    installation: toRecord(installation, programFile(), availableParallelism()),
  };
}

const setUp = 'run make setup as root';

/** @returns why not; null where it works. The mounts are gone with the process. */
async function tryMounting(): Promise<string | null> {
  const end = await runGroup({
    argv: withTracefs(['true']),
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    stdout: 'ignore',
    stderr: 'capture',
    timeoutMs: 10_000,
  });
  return end.exitCode === 0 ? null : end.stderr.trim().split('\n').at(-1) || `exit code ${end.exitCode}`;
}

function unusable(what: string, why: string, remedy: string): Availability {
  return { usable: false, what, why, remedy };
}
