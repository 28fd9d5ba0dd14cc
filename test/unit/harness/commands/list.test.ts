import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listCommand } from '../../../../harness/commands/list.ts';
import { currentHost } from '../../../../harness/host.ts';
import { inventorySchema } from '../../../../harness/inventory/document.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function list(...words: string[]) {
  let stdout = '';
  let exitCode: number | null = null;
  const command = listCommand(
    {
      host: { ...currentHost(), cacheDirectory: join(directory, 'cache') },
      words,
      version: '1.2.3',
      stdout: {
        write: (text) => {
          stdout += text;
          return Promise.resolve();
        },
      },
    },
    (code) => (exitCode = code),
  );
  await command.exitOverride().parseAsync(words, { from: 'user' });
  return { stdout, exitCode };
}

test('every section, and nothing is changed by looking', async () => {
  mkdirSync(join(directory, 'cache'));
  const { stdout, exitCode } = await list();
  expect(exitCode).toBe(0);
  expect(stdout.match(/^[A-Z]+( |$)/gm)?.map((title) => title.trim())).toEqual([
    'SCENARIO',
    'TOOLCHAINS',
    'TRACERS',
    'SESSIONS',
  ]);
  expect(stdout).toMatch(/^ {2}none +watches nothing, so it proves nothing$/m);
  expect(readdirSync(join(directory, 'cache'))).toEqual([]);
});

test('--json is one document', async () => {
  const { stdout, exitCode } = await list('--json');
  expect(exitCode).toBe(0);
  expect(inventorySchema.parse(JSON.parse(stdout)).program).toBe('afterclose 1.2.3');
});
