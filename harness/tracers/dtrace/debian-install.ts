/** Debian's DTrace in a directory of ours. Measured: 3-5 s, 18 MB fetched, 33 MB unpacked. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage, inDraft, publish } from '../debian-packages.ts';
import type { Manifest } from '../private-installation.ts';
import { writeManifest } from '../private-installation.ts';
import type { DtraceInstallation } from './installation.ts';
import { askVersion, dtraceArguments, dtraceCache, readPrivate, toRecord } from './installation.ts';

export type InstallResult =
  | { readonly ok: true; readonly installation: DtraceInstallation }
  /** One line, without a full stop. */
  | { readonly ok: false; readonly why: string };

/** Made beside its final place and renamed: an installation is whole or not there. */
export async function installFromDebian(cacheDirectory: string, mirror: string): Promise<InstallResult> {
  const root = dtraceCache(cacheDirectory);
  return inDraft(root, async (draft) => {
    const fetched = await fetchPackage('dtrace', mirror, draft);
    return fetched.ok ? finish(fetched.tree, root, fetched.version) : fetched;
  });
}

async function finish(tree: string, root: string, version: string): Promise<InstallResult> {
  copyLibraries(join(tree, 'usr/lib/x86_64-linux-gnu/dtrace'), join(tree, 'dlib'));
  const manifest: Manifest = { schemaVersion: 1, version: 'unknown', package: version, machine: 'x86_64' };
  writeManifest(tree, manifest);
  const said = await versionOf(readPrivate(tree));
  if (said === null) return { ok: false, why: `the DTrace of package ${version} does not start here` };
  writeManifest(tree, { ...manifest, version: said });
  const place = join(root, version);
  publish(tree, place);
  const installation = readPrivate(place);
  return installation === null
    ? { ok: false, why: `${place} could not be read back` }
    : { ok: true, installation };
}

/**
 * D libraries without io.d, which does not compile on a kernel without CONFIG_KALLSYMS_ALL and which we do not use
 * (`failed to resolve vmlinux`major_names`, DTrace 2.0.7). Can go when DTrace leaves out what does not compile.
 */
export function copyLibraries(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('/io.d') });
}

async function versionOf(installation: DtraceInstallation | null): Promise<string | null> {
  return installation === null ? null : askVersion(dtraceArguments(toRecord(installation, '', 1)));
}
