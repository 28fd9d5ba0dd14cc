/** Helpers in Go that are one file, of the standard library alone: they need no module. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** @param name of a file beside this one, without `.go`; @returns the binary, in that directory */
export function buildGoFile(name: string, directory: string): string {
  const binary = join(directory, name);
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', CGO_ENABLED: '0' };
  execFileSync('go', ['build', '-o', binary, join(import.meta.dirname, `${name}.go`)], {
    cwd: directory,
    env,
  });
  return binary;
}
