import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doctorCommand } from '../../../../harness/commands/doctor.ts';
import { doctorSchema } from '../../../../harness/doctor/document.ts';
import { currentHost } from '../../../../harness/host.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function doctor(cacheDirectory: string, ...words: string[]) {
  let stdout = '';
  let exitCode: number | null = null;
  const command = doctorCommand(
    {
      host: { ...currentHost(), cacheDirectory },
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

test('one line for every check, and nothing is changed by looking', async () => {
  const { stdout, exitCode } = await doctor(join(directory, 'cache'));
  expect(exitCode).toBe(0);
  for (const title of ['Node.js', 'Go', 'Go releases', 'kernel', 'DTrace', 'rights', 'cache directory']) {
    expect(stdout).toMatch(new RegExp(`^(ok|degraded|missing) +${title} {2,}\\S`, 'm'));
  }
  expect(stdout).not.toMatch(/^unknown/m);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^afterclose repro can run here/);
  expect(readdirSync(directory)).toEqual([]);
});

test('--json is one document, and 3 says that repro could not run at all', async () => {
  writeFileSync(join(directory, 'file'), '');
  const { stdout, exitCode } = await doctor(join(directory, 'file', 'cache'), '--json');
  expect(exitCode).toBe(3);
  const document = doctorSchema.parse(JSON.parse(stdout));
  expect(document).toMatchObject({ program: 'afterclose 1.2.3', repro: 'can-not-run' });
  expect(document.checks.find(({ name }) => name === 'cache')).toMatchObject({ state: 'missing' });
  for (const { state, why, remedy } of document.checks) {
    expect([why === null, remedy === null]).toEqual([state === 'ok', state === 'ok']);
  }
});
