/** What set-up has brought into our cache, `<cache>/<tool>/<package version>/`: found again by the file that tells what it is. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Written last: a directory without it is no installation. */
export const manifestName = 'installed.json';

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** As the program itself says it. */
  version: z.string(),
  package: z.string(),
  machine: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** @returns the newest one's directory, absolute; null where there is none */
export function newestInstallation(root: string): string | null {
  if (!existsSync(root)) return null;
  const names = readdirSync(root).filter((name) => existsSync(join(root, name, manifestName)));
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? null : join(root, newest);
}

/** @returns null where the directory holds no whole installation */
export function readManifest(directory: string): Manifest | null {
  try {
    const text = readFileSync(join(directory, manifestName), 'utf8');
    const parsed = manifestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function writeManifest(directory: string, manifest: Manifest): void {
  writeFileSync(join(directory, manifestName), JSON.stringify(manifest));
}

/** Where Debian's packages for x86-64 put the dynamic loader and the libraries. */
export function loaderIn(directory: string): { readonly loader: string; readonly libraryPath: string } {
  return {
    loader: join(directory, 'usr/lib64/ld-linux-x86-64.so.2'),
    libraryPath: join(directory, 'usr/lib/x86_64-linux-gnu'),
  };
}
