import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { goToolchainMutex, lockMachine } from '../../../../harness/run/locks.ts';
import type { MachineUse } from '../../../../harness/run/locks.ts';
import { compileHarness } from '../compile-harness.ts';

let directory = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  chmodSync(directory, 0o1777);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

const neverWaits = { onWait: (holders: readonly string[]) => expect.unreachable(holders.join()) };

/** Another process that takes the lock, says `held`, and keeps it until it is killed. */
async function otherHolder(use: MachineUse): Promise<ChildProcess> {
  const main = join(compileHarness(), `hold-${use}.mjs`);
  writeFileSync(
    main,
    `import { interruption } from './harness/run/interruption.js';
import { lockMachine } from './harness/run/locks.js';
await lockMachine('${use}', { onWait: () => {}, directory: process.argv[2] });
console.log('held');
interruption.addEventListener('abort', () => process.exit());
setInterval(() => {}, 1e6);
`,
  );
  const child = spawn(process.execPath, [main, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

/** Settles with the holders that were named when the wait began, and with the lock once it is had. */
function waitFor(use: MachineUse) {
  let tell: (holders: readonly string[]) => void = () => undefined;
  const waitedFor = new Promise<readonly string[]>((resolve) => {
    tell = resolve;
  });
  return { waitedFor, lock: lockMachine(use, { directory, onWait: (holders) => tell(holders) }) };
}

test('traced runs share the machine', async () => {
  await otherHolder('traced');
  const lock = await lockMachine('traced', { directory, ...neverWaits });
  lock.release();
});

test('untraced runs wait for traced ones, are told who they are, and go on when these are killed', async () => {
  const holder = await otherHolder('traced');
  const { waitedFor, lock } = waitFor('untraced');
  expect(await waitedFor).toEqual([`process ${holder.pid ?? 0} (traced runs)`]);
  holder.kill('SIGKILL');
  (await lock).release();
  expect(readdirSync(directory)).toEqual(['afterclose.lock']);
});

test('traced runs wait for untraced ones', async () => {
  const holder = await otherHolder('untraced');
  const { waitedFor, lock } = waitFor('traced');
  expect(await waitedFor).toEqual([`process ${holder.pid ?? 0} (untraced runs)`]);
  holder.kill('SIGTERM');
  (await lock).release();
});

test('untraced runs wait for each other, in one process too', async () => {
  const first = await lockMachine('untraced', { directory, ...neverWaits });
  const { waitedFor, lock } = waitFor('untraced');
  expect(await waitedFor).toEqual([`process ${process.pid} (untraced runs)`]);
  first.release();
  first.release();
  (await lock).release();
});

test('a lock file that was removed meanwhile is no lock: its successor is taken', async () => {
  const first = await lockMachine('untraced', { directory, ...neverWaits });
  renameSync(join(directory, 'afterclose.lock'), join(directory, 'removed'));
  const second = await lockMachine('untraced', { directory, ...neverWaits });
  first.release();
  second.release();
});

test('what is not a plain file at that path is an error with a way out', async () => {
  symlinkSync('/etc/passwd', join(directory, 'afterclose.lock'));
  const failed = lockMachine('traced', { directory, ...neverWaits });
  await expect(failed).rejects.toThrow(HarnessError);
  await expect(failed).rejects.toMatchObject({ exitCode: 3 });
});

test.runIf(process.getuid?.() === 0)("another user's lock file is as good", async () => {
  writeFileSync(join(directory, 'afterclose.lock'), '', { mode: 0o444 });
  chownSync(join(directory, 'afterclose.lock'), 65534, 65534);
  const lock = await lockMachine('untraced', { directory, ...neverWaits });
  lock.release();
});

test('one mutex for each toolchain', () => {
  expect(goToolchainMutex('go1.9.7')).toBe(goToolchainMutex('go1.9.7'));
  expect(goToolchainMutex('go1.9.7')).not.toBe(goToolchainMutex('go1.10.8'));
});
