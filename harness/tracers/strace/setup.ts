/** Set-up of strace: the system's where there is one, else Debian's in our cache. Needs no rights. */
import { fetchPackage, inDraft, publish } from '../debian-packages.ts';
import type { Machine } from '../debian-machine.ts';
import { currentMachine, missingToInstall } from '../debian-machine.ts';
import { writeManifest } from '../private-installation.ts';
import type { Manifest } from '../private-installation.ts';
import type { Host } from '../tracer.ts';
import { join } from 'node:path';
import {
  askVersion,
  findInstallation,
  readPrivate,
  straceArguments,
  straceCache,
  toRecord,
} from './installation.ts';
import type { StraceInstallation } from './installation.ts';
import { probe } from './probe.ts';
import { isUsable, oldestVersion } from './version.ts';

export interface StraceSetup {
  /** Whether strace can be used here, by this user, now. */
  readonly ready: boolean;
  /** One line: what there is, or what is missing. */
  readonly line: string;
}

/**
 * Idempotent: up to date, it does nothing and uses no network.
 * @param say told what is about to be done, where that takes seconds
 */
export async function setUpStrace(
  host: Host,
  say: (line: string) => void,
  machine: Machine = currentMachine(),
): Promise<StraceSetup> {
  if (machine.platform !== 'linux') return notReady(`this is ${machine.platform}`);
  const found = await findOrInstall(host, say, machine);
  if (typeof found === 'string') return notReady(found);
  const availability = await probe(host);
  if (!availability.usable)
    return notReady(`${availability.what}: ${availability.why}; ${availability.remedy}`);
  const where = found.origin === 'system' ? found.strace : 'in the cache';
  return { ready: true, line: `strace ${found.version} (${where}) is ready` };
}

async function findOrInstall(
  host: Host,
  say: (line: string) => void,
  machine: Machine,
): Promise<StraceInstallation | string> {
  const found = await findInstallation(host.cacheDirectory, machine.searchPath);
  if (found !== null && isUsable(found.version)) return found;
  if (machine.architecture !== 'x64') return 'install the package strace';
  const missing = missingToInstall(machine, `strace ${oldestVersion} or newer`);
  if (missing !== null) return missing;
  say('strace: fetching strace from Debian into the cache (15 MB); nothing of the system changes');
  return install(host.cacheDirectory, machine.debianMirror ?? '');
}

/** @returns why not, where it could not be brought */
async function install(cacheDirectory: string, mirror: string): Promise<StraceInstallation | string> {
  const root = straceCache(cacheDirectory);
  return inDraft(root, async (draft) => {
    const fetched = await fetchPackage('strace', mirror, draft);
    if (!fetched.ok) return fetched.why;
    const { tree, version } = fetched;
    const manifest: Manifest = { schemaVersion: 1, version: 'unknown', package: version, machine: 'x86_64' };
    writeManifest(tree, manifest);
    const drafted = readPrivate(tree);
    const said = drafted === null ? null : await askVersion(straceArguments(toRecord(drafted)));
    if (said === null) return `the strace of package ${version} does not start here`;
    writeManifest(tree, { ...manifest, version: said });
    const place = join(root, version);
    publish(tree, place);
    return readPrivate(place) ?? `${place} could not be read back`;
  });
}

function notReady(why: string): StraceSetup {
  return { ready: false, line: `no strace: ${why}` };
}
