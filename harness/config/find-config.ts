import type { Config } from './config.ts';
export async function findConfig(_named: string | null, _host: unknown): Promise<Config | null> {
  return Promise.resolve(null);
}
