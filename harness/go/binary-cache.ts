/** Binaries by what they were made from. What is found is trusted only if it has the digest it was stored with. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { publishDirectory } from './published-directory.ts';

export interface CachedBinary {
  /** Absolute. */
  readonly binary: string;
  /** As the binary itself reported. */
  readonly toolchain: string;
  readonly sha256: string;
}

export interface BinaryCache {
  /** Null: not there, or not as it was stored. */
  find(key: string, name: string): Promise<CachedBinary | null>;
  /**
   * Lets `build` write the binary to the path it is given and tell the toolchain, and keeps what came. Several
   * processes may do this at the same time.
   */
  add(key: string, name: string, build: (file: string) => Promise<string>): Promise<CachedBinary>;
}

const recordSchema = z.strictObject({ toolchain: z.string(), sha256: z.string() });
const recordName = 'build.json';

export function openBinaryCache(directory: string): BinaryCache {
  const find = async (key: string, name: string): Promise<CachedBinary | null> => {
    const binary = join(directory, key, name);
    try {
      const record = recordSchema.parse(JSON.parse(await readFile(join(directory, key, recordName), 'utf8')));
      return (await digestOf(binary)) === record.sha256 ? { binary, ...record } : null;
    } catch {
      return null;
    }
  };
  const add: BinaryCache['add'] = async (key, name, build) => {
    const draft = join(directory, `${key}.${randomUUID()}`);
    await mkdir(draft, { recursive: true });
    try {
      const toolchain = await build(join(draft, name));
      const record = { toolchain, sha256: await digestOf(join(draft, name)) };
      await writeFile(join(draft, recordName), JSON.stringify(record));
      await publishDirectory(draft, join(directory, key), async () => (await find(key, name)) !== null);
      // Another process may have been first, and then its binary is the one to use.
      return (await find(key, name)) ?? { binary: join(directory, key, name), ...record };
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  };
  return { find, add };
}

/** Any value that JSON can hold; the same value gives the same key. */
export function cacheKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
