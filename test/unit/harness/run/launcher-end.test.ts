import { spawn, spawnSync } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { launcherEnd } from '../../../../harness/run/launcher-end.ts';
import { temporaryDirectory } from '../store/saved-session.ts';

/** Longer than a test may take. */
const forEver = 600_000;
const end = { kind: 'end', runs: 1, reason: 'lifeline', at: '2' };

async function recordsOf(pid: number): Promise<string> {
  const file = join(await temporaryDirectory(), 'records.ndjson');
  const about = { goVersion: 'go1.21', kernel: 'Linux', subreaper: true };
  const hello = { kind: 'launcher', schemaVersion: 1, session: 's', pid, ...about, at: '1' };
  await writeFile(file, `${JSON.stringify(hello)}\n`);
  return file;
}

test('one that is dead is not waited for', async () => {
  await launcherEnd(await recordsOf(spawnSync('true').pid), forEver);
});

test('nor one that waits for its parent alone', async () => {
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (text: Buffer) => {
      resolve(Number(text));
    });
  });
  await launcherEnd(await recordsOf(pid), forEver);
});

test('one that never said hello is not waited for', async () => {
  await launcherEnd(join(await temporaryDirectory(), 'records.ndjson'), forEver);
});

test('one that lives is waited for until it has said good-bye', async () => {
  const file = await recordsOf(process.pid);
  let isOver = false;
  const waited = launcherEnd(file, forEver).then(() => (isOver = true));
  await expect(Promise.race([waited, launcherEnd(file, 250)])).resolves.toBeUndefined();
  expect(isOver).toBe(false);
  await appendFile(file, `${JSON.stringify(end)}\n`);
  await waited;
});
