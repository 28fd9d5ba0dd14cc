/** Set-up of DTrace: the system's where there is one, else Debian's in our cache; proven once on this kernel. */
import { existsSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import type { Machine } from '../debian-machine.ts';
import { currentMachine, missingToInstall } from '../debian-machine.ts';
import type { Host } from '../tracer.ts';
import { copyLibraries, installFromDebian } from './debian-install.ts';
import type { DtraceInstallation } from './installation.ts';
import { findInstallation, systemLibraryCopy, toRecord } from './installation.ts';
import { missingToTrace } from './preconditions.ts';
import { programFile } from './program.ts';
import { isProven, writeProof } from './proof.ts';
import { expectedBinds, selfTest } from './self-test.ts';
import { sweep } from './sweep.ts';

export interface DtraceSetup {
  /** Whether DTrace can be used here, by this user, now. */
  readonly ready: boolean;
  /** One line: what there is, or what is missing and what follows from that. */
  readonly line: string;
}

/**
 * Idempotent: up to date, it does nothing and uses no network.
 * @param say told what is about to be done, where that takes seconds
 */
export async function setUpDtrace(
  host: Host,
  say: (line: string) => void,
  machine: Machine = currentMachine(),
): Promise<DtraceSetup> {
  const missing = missingToTrace(machine);
  if (missing !== null) return notReady(missing);
  const found = await findOrInstall(host, say, machine);
  if (typeof found === 'string') return notReady(found);
  const name = `DTrace ${found.version} (${found.origin === 'system' ? found.dtrace : 'in the cache'})`;
  if (isProven(host.cacheDirectory, found)) return { ready: true, line: `${name} is ready` };
  if (!host.isRoot)
    return notReady(`${name} is there, but tracing needs root and it was never tried on this kernel`);
  say(`dtrace: testing ${name} on kernel ${release()}`);
  return prove(host, found, name);
}

async function findOrInstall(
  host: Host,
  say: (line: string) => void,
  machine: Machine,
): Promise<DtraceInstallation | string> {
  const { cacheDirectory } = host;
  const found = await findInstallation(cacheDirectory, machine.searchPath);
  if (found !== null) return found.origin === 'system' ? withLibraries(cacheDirectory, found) : found;
  // 18 MB for nothing: an ordinary user could not trace with it.
  if (!host.isRoot) return 'DTrace is not installed, and tracing with it needs root';
  const missing = missingToInstall(machine, 'DTrace for Linux 2.0 or newer') ?? unusableCache(cacheDirectory);
  if (missing !== null) return missing;
  say('dtrace: fetching DTrace from Debian into the cache (18 MB); nothing of the system changes');
  const result = await installFromDebian(cacheDirectory, machine.debianMirror ?? '');
  return result.ok ? result.installation : result.why;
}

/** uprobes and the loader's list of libraries take paths without blanks and colons only. */
function unusableCache(cacheDirectory: string): string | null {
  return /[\s:,]/.test(cacheDirectory)
    ? `the path of the cache, ${JSON.stringify(cacheDirectory)}, has a blank, colon or comma: set AFTERCLOSE_CACHE to another`
    : null;
}

/** Debian's and Oracle's places of the D libraries. */
const libraryPlaces = ['/usr/lib/x86_64-linux-gnu/dtrace', '/usr/lib64/dtrace', '/usr/lib/dtrace'];

function withLibraries(cacheDirectory: string, installation: DtraceInstallation): DtraceInstallation {
  const copy = systemLibraryCopy(cacheDirectory, installation.version);
  const place = libraryPlaces.find((path) => existsSync(path));
  if (installation.dLibraries !== null || place === undefined) return installation;
  copyLibraries(place, copy);
  return { ...installation, dLibraries: copy };
}

async function prove(host: Host, installation: DtraceInstallation, name: string): Promise<DtraceSetup> {
  const result = await selfTest(toRecord(installation, programFile(), availableParallelism()));
  await sweep(host);
  if (result.fault !== null) return notReady(`the self-test of ${name} failed: ${result.fault}`);
  writeProof(host.cacheDirectory, installation, result);
  const seen = `${result.binds} of ${expectedBinds} binds and the failing one seen`;
  return { ready: true, line: `${name} is ready: ${seen}` };
}

function notReady(why: string): DtraceSetup {
  return {
    ready: false,
    line: `no DTrace: ${why}. Without it repro traces with strace where that can be had, else with nothing (exit code 4)`,
  };
}
