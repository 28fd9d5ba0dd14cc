/** The files that a merge is about: those that are named, and those of any shard below a directory that is named. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { shardFileName } from './shard-file.ts';

/** @throws HarnessError (usage) where something that is named does not exist, or holds no shard */
export async function findShardFiles(named: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of named) found.push(...(await filesOf(path)));
  return [...new Set(found)];
}

async function filesOf(path: string): Promise<readonly string[]> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) throw noShard(path, 'there is no such file or directory');
  if (!stat.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.name === shardFileName)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw noShard(path, `it holds no ${shardFileName}`);
  return files;
}

function noShard(path: string, why: string): HarnessError {
  return new HarnessError({
    what: `${path} is no shard`,
    why,
    remedy: `name the session directories of the shards, a directory that holds them all, or their ${shardFileName}`,
    exitCode: exitCodes.usage,
  });
}
