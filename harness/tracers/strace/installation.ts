/** Where a strace is, and how it is called. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runGroup } from '../../run/process-group.ts';
import { loaderIn, newestInstallation, readManifest } from '../private-installation.ts';
import type { BlockSpec } from '../tracer.ts';
import { isUsable, readVersion } from './version.ts';

export interface StraceInstallation {
  /** `system`: somebody installed it here; `private`: set-up brought it into the cache. */
  readonly origin: 'system' | 'private';
  /** As it says itself, e.g. `6.1`. */
  readonly version: string;
  /** The program, absolute. */
  readonly strace: string;
  /** Its dynamic loader and libraries, where they are not the system's. */
  readonly loader: string | null;
  readonly libraryPath: string | null;
}

export function straceCache(cacheDirectory: string): string {
  return join(cacheDirectory, 'strace');
}

/** The system's where it is new enough, else the newest private one, else the system's all the same. */
export async function findInstallation(
  cacheDirectory: string,
  searchPath = process.env['PATH'] ?? '',
): Promise<StraceInstallation | null> {
  const system = await findSystem(searchPath);
  if (system !== null && isUsable(system.version)) return system;
  const newest = newestInstallation(straceCache(cacheDirectory));
  return (newest === null ? null : readPrivate(newest)) ?? system;
}

/** @returns null where the directory holds no whole installation */
export function readPrivate(directory: string): StraceInstallation | null {
  const manifest = readManifest(directory);
  if (manifest === null) return null;
  const { version } = manifest;
  return { origin: 'private', version, strace: join(directory, 'usr/bin/strace'), ...loaderIn(directory) };
}

async function findSystem(searchPath: string): Promise<StraceInstallation | null> {
  for (const folder of searchPath.split(delimiter).filter((name) => name.startsWith('/'))) {
    const strace = join(folder, 'strace');
    if (!existsSync(strace)) continue;
    const version = await askVersion([strace]);
    if (version !== null) return { origin: 'system', version, strace, loader: null, libraryPath: null };
  }
  return null;
}

export async function askVersion(argv: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await runGroup({
      argv: [...argv, '-V'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdout: 'capture',
      stderr: 'ignore',
      timeoutMs: 10_000,
    });
    return readVersion(stdout);
  } catch {
    return null;
  }
}

/** The record that `probe` hands to `command`. */
export function toRecord(installation: StraceInstallation): Readonly<Record<string, string>> {
  const { origin, version, strace, loader, libraryPath } = installation;
  return {
    origin,
    version,
    strace,
    ...(loader === null ? {} : { loader }),
    ...(libraryPath === null ? {} : { libraryPath }),
  };
}

/** How strace is called; a private one brings its own C library, and so its own loader. */
export function straceArguments(record: BlockSpec['installation']): readonly string[] {
  const { loader, libraryPath, strace = 'strace' } = record;
  return [
    ...(loader === undefined ? [] : [loader]),
    ...(libraryPath === undefined ? [] : ['--library-path', libraryPath]),
    strace,
  ];
}
