/** Facts about where we run. Read once by the command line and handed on as a value. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from './tracers/tracer.ts';
import { HarnessError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';

export interface HarnessHost extends Host {
  /** Holds package.json, go-fixtures/ and harness/launcher/; absolute. */
  readonly packageRoot: string;
}

export function currentHost(environment: NodeJS.ProcessEnv = process.env): HarnessHost {
  return {
    cacheDirectory: findCacheDirectory(environment),
    isRoot: process.getuid?.() === 0,
    packageRoot: findPackageRoot(dirname(fileURLToPath(import.meta.url))),
  };
}

/** `$AFTERCLOSE_CACHE`, else `$XDG_CACHE_HOME/afterclose`, else `~/.cache/afterclose`; need not exist yet. */
export function findCacheDirectory(environment: NodeJS.ProcessEnv): string {
  const own = environment['AFTERCLOSE_CACHE'] ?? '';
  if (own !== '') return resolve(own);
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  const xdg = environment['XDG_CACHE_HOME'] ?? '';
  return isAbsolute(xdg) ? join(xdg, 'afterclose') : join(homedir(), '.cache', 'afterclose');
}

/** The same for the source (harness/) and for what is compiled from it (dist/harness/). */
export function findPackageRoot(start: string): string {
  for (let directory = start; ; directory = dirname(directory)) {
    if (isPackageRoot(directory)) return directory;
    if (dirname(directory) === directory) {
      throw new HarnessError({
        what: 'the files of afterclose are not complete',
        why: `no package.json of afterclose in ${start} or any directory above it`,
        remedy: 'install it again',
        exitCode: exitCodes.environment,
      });
    }
  }
}

function isPackageRoot(directory: string): boolean {
  const file = join(directory, 'package.json');
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return (
    typeof content === 'object' && content !== null && 'name' in content && content.name === 'afterclose'
  );
}
