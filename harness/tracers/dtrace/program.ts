/** sockets.d as a file: beside the source, and not copied when that is compiled. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackageRoot } from '../../host.ts';

export function programFile(): string {
  const root = findPackageRoot(dirname(fileURLToPath(import.meta.url)));
  return join(root, 'harness/tracers/dtrace/sockets.d');
}

export function programFingerprint(): string {
  return createHash('sha256').update(readFileSync(programFile())).digest('hex');
}
