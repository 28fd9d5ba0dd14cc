import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HarnessError } from '../../../../harness/errors.ts';
import { runGroup, startGroup, sweepSession } from '../../../../harness/run/process-group.ts';
import type { GroupSpec } from '../../../../harness/run/process-group.ts';
import { isAlive, readProcess } from '../../../../harness/run/process-list.ts';
import { compileHarness } from '../compile-harness.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const path = { PATH: process.env['PATH'] ?? '' };

function shell(script: string, more: Partial<GroupSpec> = {}): GroupSpec {
  return {
    argv: ['sh', '-c', script],
    cwd: directory,
    env: path,
    stdout: 'capture',
    stderr: 'capture',
    ...more,
  };
}

function lives(pid: number): boolean {
  const found = readProcess(pid);
  return found !== null && isAlive(found);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  return Number(readFileSync(file, 'utf8'));
}

test('exit code and output are told, and the environment is exactly the one given', async () => {
  const end = await runGroup(
    shell('echo "out $A $HOME"; echo err >&2; exit 7', { env: { ...path, A: 'a' } }),
  );
  expect(end).toEqual({
    exitCode: 7,
    signal: null,
    timedOut: false,
    forcedKill: false,
    survivors: [],
    stdout: 'out a \n',
    stderr: 'err\n',
  });
});

test('a signal that ended it is told', async () => {
  expect(await runGroup(shell('kill -9 $$'))).toMatchObject({
    exitCode: null,
    signal: 'SIGKILL',
    forcedKill: false,
  });
});

test('output goes to a descriptor of the caller, which stays open', async () => {
  const file = join(directory, 'caller-output');
  const descriptor = openSync(file, 'w');
  await runGroup(shell('echo one', { stdout: descriptor }));
  await runGroup(shell('echo two', { stdout: descriptor }));
  closeSync(descriptor);
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});

test('a program that is not there is an error with a way out', async () => {
  const failed = runGroup({ ...shell(''), argv: [join(directory, 'missing')] });
  await expect(failed).rejects.toThrow(HarnessError);
  await expect(failed).rejects.toMatchObject({ exitCode: 3 });
});

test('end: TERM is enough for a program that listens', async () => {
  const ready = join(directory, 'polite');
  const group = await startGroup(
    shell(`trap 'exit 5' TERM; echo $$ >${ready}; while :; do sleep 0.01; done`),
  );
  await pidIn(ready);
  expect(await group.end()).toMatchObject({ exitCode: 5, signal: null, forcedKill: false, timedOut: false });
  expect(lives(group.pid)).toBe(false);
});

test('end: a program that ignores TERM is killed with all it started', async () => {
  const ready = join(directory, 'stubborn');
  const script = `trap '' TERM; (echo $$; exec sleep 1000) & echo $! >${ready}; wait`;
  const group = await startGroup(shell(script, { graceMs: 100 }));
  const grandchild = await pidIn(ready);
  expect(await group.end()).toMatchObject({ signal: 'SIGKILL', forcedKill: true, survivors: [] });
  expect(lives(group.pid)).toBe(false);
  expect(lives(grandchild)).toBe(false);
});

test('a time limit ends the whole group', async () => {
  const end = await runGroup(shell('sleep 1000 & wait', { timeoutMs: 50, graceMs: 5_000 }));
  expect(end).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
});

test('a grandchild that keeps the output open does not keep us: it is ended with its group', async () => {
  const end = await runGroup(shell('sleep 1000 & echo $!'));
  expect(end).toMatchObject({ exitCode: 0, timedOut: false });
  expect(lives(Number(end.stdout))).toBe(false);
});

test('a grandchild that left the group and keeps the output open does not keep us either', async () => {
  const pidFile = join(directory, 'escaped');
  const end = await runGroup(shell(`setsid sleep 1000 & echo $! >${pidFile}; sleep 0.05`));
  expect(end.exitCode).toBe(0);
  const escaped = await pidIn(pidFile);
  if (lives(escaped)) process.kill(escaped, 'SIGKILL');
});

test('the sweeper finds a session by its environment, whatever its group, and spares the others', async () => {
  const start = (session: string) =>
    spawn('sh', ['-c', "trap '' TERM; while :; do sleep 1; done"], {
      env: { ...path, AFTERCLOSE_SESSION: session },
      stdio: 'ignore',
      detached: true,
    });
  const [mine, other] = [start('sweep-1'), start('sweep-10')];
  try {
    for (const { pid } of [mine, other]) {
      await until(() =>
        readFileSync(`/proc/${pid ?? 0}/environ`, 'utf8').includes('AFTERCLOSE_SESSION=sweep-1'),
      );
    }
    expect(await sweepSession('sweep-1')).toContain(mine.pid);
    expect(lives(mine.pid ?? 0)).toBe(false);
    expect(lives(other.pid ?? 0)).toBe(true);
    expect(await sweepSession('sweep-1')).toEqual([]);
  } finally {
    expect(await sweepSession('sweep-10')).toContain(other.pid);
  }
});

/** Every way out of a process that has groups running: nothing stays, and the exit code says why. */
const waysOut = [
  { name: 'SIGINT', provoke: 'SIGINT', ending: 'await group.ended', expected: { code: 130, signal: null } },
  { name: 'SIGTERM', provoke: 'SIGTERM', ending: 'await group.ended', expected: { code: 143, signal: null } },
  { name: 'SIGHUP', provoke: 'SIGHUP', ending: 'await group.ended', expected: { code: 129, signal: null } },
  { name: 'process.exit', provoke: null, ending: 'process.exit(9)', expected: { code: 9, signal: null } },
  {
    name: 'uncaught exception',
    provoke: null,
    ending: "throw new Error('boom')",
    expected: { code: 1, signal: null },
  },
  {
    name: 'rejection',
    provoke: null,
    ending: "Promise.reject(new Error('boom')); await group.ended",
    expected: { code: 1, signal: null },
  },
] as const;

test.each(waysOut)('nothing is left behind by $name', async ({ name, provoke, ending, expected }) => {
  const compiled = compileHarness();
  const pidFile = join(directory, `child-of-${name.replace(' ', '-')}`);
  const main = join(compiled, `${name.replace(' ', '-')}.mjs`);
  writeFileSync(
    main,
    `import { startGroup } from './harness/run/process-group.js';
import { existsSync } from 'node:fs';
const group = await startGroup({ argv: ['sh', '-c', 'sleep 1000 & echo $! >${pidFile}; wait'], cwd: '/',
  env: ${JSON.stringify(path)}, stdout: 'ignore', stderr: 'ignore' });
while (!existsSync('${pidFile}')) await new Promise((resolve) => setTimeout(resolve, 5));
console.log('ready');
${ending};
`,
  );
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = new Promise((resolve) =>
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    }),
  );
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const grandchild = await pidIn(pidFile);
  if (provoke !== null) child.kill(provoke);
  expect(await closed).toEqual(expected);
  expect(lives(grandchild)).toBe(false);
});
