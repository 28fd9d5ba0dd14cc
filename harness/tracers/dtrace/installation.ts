/** Where a DTrace is, and how it is called. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runGroup } from '../../run/process-group.ts';
import { loaderIn, newestInstallation, readManifest } from '../private-installation.ts';
import type { BlockSpec } from '../tracer.ts';

export interface DtraceInstallation {
  /** `system`: somebody installed it here; `private`: set-up brought it into the cache. */
  readonly origin: 'system' | 'private';
  /** As it says itself, e.g. `2.0.7`. */
  readonly version: string;
  /** The program, absolute. */
  readonly dtrace: string;
  /** Its dynamic loader and libraries, where they are not the system's. */
  readonly loader: string | null;
  readonly libraryPath: string | null;
  /** A copy of its D libraries that compiles here, where the ones it would take do not. */
  readonly dLibraries: string | null;
}

export function dtraceCache(cacheDirectory: string): string {
  return join(cacheDirectory, 'dtrace');
}

/** The system's, else the newest private one. */
export async function findInstallation(
  cacheDirectory: string,
  searchPath = process.env['PATH'] ?? '',
): Promise<DtraceInstallation | null> {
  return (await findSystem(cacheDirectory, searchPath)) ?? findPrivate(cacheDirectory);
}

export function findPrivate(cacheDirectory: string): DtraceInstallation | null {
  const newest = newestInstallation(dtraceCache(cacheDirectory));
  return newest === null ? null : readPrivate(newest);
}

/** @returns null where the directory holds no whole installation */
export function readPrivate(directory: string): DtraceInstallation | null {
  const manifest = readManifest(directory);
  if (manifest === null) return null;
  return {
    origin: 'private',
    version: manifest.version,
    dtrace: join(directory, 'usr/sbin/dtrace'),
    ...loaderIn(directory),
    dLibraries: join(directory, 'dlib'),
  };
}

/** systemtap has a program of the same name, and other systems an older one: only its own version tells. */
async function findSystem(cacheDirectory: string, searchPath: string): Promise<DtraceInstallation | null> {
  const folders = [...searchPath.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin'];
  for (const dtrace of new Set(folders.map((folder) => join(folder, 'dtrace')))) {
    if (!existsSync(dtrace)) continue;
    const version = await askVersion([dtrace]);
    if (version === null || Number(version.split('.')[0]) < 2) continue;
    const dLibraries = systemLibraryCopy(cacheDirectory, version);
    return {
      origin: 'system',
      version,
      dtrace,
      loader: null,
      libraryPath: null,
      dLibraries: existsSync(dLibraries) ? dLibraries : null,
    };
  }
  return null;
}

/** Where set-up puts a copy of the system's D libraries, where they do not compile on this kernel. */
export function systemLibraryCopy(cacheDirectory: string, version: string): string {
  return join(dtraceCache(cacheDirectory), `system-${version}`, 'dlib');
}

/** `dtrace -V` prints `dtrace: D 2.0.7`; null for anything else. */
export async function askVersion(argv: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await runGroup({
      argv: [...argv, '-V'],
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      stdout: 'capture',
      stderr: 'ignore',
      timeoutMs: 10_000,
    });
    return /^dtrace: D (\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The record that `probe` hands to `command`: paths as text. */
export function toRecord(
  installation: DtraceInstallation,
  program: string,
  processors: number,
): Readonly<Record<string, string>> {
  const { origin, version, dtrace, loader, libraryPath, dLibraries } = installation;
  return {
    origin,
    version,
    dtrace,
    ...(loader === null ? {} : { loader }),
    ...(libraryPath === null ? {} : { libraryPath }),
    ...(dLibraries === null ? {} : { dLibraries }),
    program,
    processors: String(processors),
  };
}

/** How dtrace is called; a private one brings its own C library, and so its own loader. */
export function dtraceArguments(record: BlockSpec['installation']): readonly string[] {
  const { loader, libraryPath, dtrace = 'dtrace', dLibraries } = record;
  return [
    ...(loader === undefined ? [] : [loader]),
    ...(libraryPath === undefined ? [] : ['--library-path', libraryPath]),
    dtrace,
    ...(dLibraries === undefined ? [] : [`-xsyslibdir=${dLibraries}`]),
  ];
}
