/** What compare and gate refuse, each before anything is built or run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterclose, temporaryDirectory } from './command-line.ts';

test.each([
  [['compare', 'unfixd', 'semaphore'], /there is no "unfixd"/, /did you mean unfixed\?/],
  [['compare', 'unfixed@1.9.x', 'semaphore'], /not the name of a Go release/, /1\.9\.7/],
  [['compare', 'unfixed:dtrac', 'semaphore'], /no tracer "dtrac"/, /dtrace/],
  [['compare', '--budget', 'soon'], /must be a time/, /60s/],
  [['compare', '--detect', '0%'], /above 0 %/, /"1%"/],
  [['compare', '--rums', '3'], /unknown option '--rums'/, /--runs/],
  [['gate', 'semafore'], /there is no "semafore"/, /semaphore/],
  [['gate', '--claim', 'often'], /not a claim/, /<10% at 95%/],
  [['gate', '--inconclusive', 'maybe'], /fail, pass/, /--help/],
  [['gate', '--baseline', 'nowhere.json'], /can not be held against this gate/, /--write-baseline/],
  [['gate', '--config', 'nowhere.json'], /can not be read/, /--config/],
])('%j', async (words, what, wayOut) => {
  const { exitCode, stdout, stderr } = await afterclose(words, { cwd: await temporaryDirectory() });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(what);
  expect(stderr).toMatch(wayOut);
  expect(stderr).not.toMatch(/\n {4}at |building/);
});

test('mistakes in the config file, all of them, with their paths', async () => {
  const cwd = await temporaryDirectory();
  await writeFile(
    join(cwd, 'afterclose.config.json'),
    JSON.stringify({ targets: { old: { comand: ['x'], command: ['./old'], expects: 'broken' } }, gates: 1 }),
  );
  const { exitCode, stdout, stderr } = await afterclose(['compare'], { cwd });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatchInlineSnapshot(`
    "afterclose: afterclose.config.json has 3 mistakes
      why: targets.old.expects: Invalid option: expected one of "clean"|"held"
           targets.old.comand: not known; did you mean command?
           gates: not known; did you mean gate?
      way out: mend it; schema/config.schema.json has every key, and editors read it by $schema
    "
  `);
});

test('a baseline of another schema, program or subject is refused with the difference', async () => {
  const cwd = await temporaryDirectory();
  const path = join(cwd, 'baseline.json');
  const known = { code: 'linger', cause: 'call-in-flight', address: null, heldRuns: 1, runs: 29 };
  const refusal = async (content: object): Promise<string> => {
    await writeFile(path, JSON.stringify(content));
    const { exitCode, stdout, stderr } = await afterclose(['gate', '--tracer', 'none', '--baseline', path], {
      cwd,
    });
    expect([exitCode, stdout]).toEqual([2, '']);
    return /why: (.*)/.exec(stderr)?.[1] ?? stderr;
  };
  expect(await refusal({ schemaVersion: 2 })).toBe('its schemaVersion is 2, this program reads 1');
  expect(await refusal({ schemaVersion: 1, program: 'mine', findings: [] })).toBe(
    'it is about "mine", this gate about "udp-reconnect"',
  );
  const strange = { ...known, subject: 'semaphore@go1.4.3' };
  expect(await refusal({ schemaVersion: 1, program: 'udp-reconnect', findings: [strange] })).toMatch(
    /^it knows findings of semaphore@go1\.4\.3; the subjects of this gate are semaphore@go1\.9\.7, /,
  );
});

test('one arm is no comparison, and one arm has no two roles', async () => {
  const cwd = await temporaryDirectory();
  const alone = await afterclose(['compare', 'unfixed:none', 'unfixed:none'], { cwd });
  expect([alone.exitCode, alone.stdout]).toEqual([2, '']);
  expect(alone.stderr).toMatch(/nothing to compare/);
  const roles = ['--known-bad', 'unfixed@local', '--known-good', 'semaphore@local'];
  const twice = await afterclose(['gate', 'unfixed@local', ...roles, '--tracer', 'none'], { cwd });
  expect([twice.exitCode, twice.stdout]).toEqual([2, '']);
  expect(twice.stderr).toMatch(/can not be both known-bad and subject/);
});

test('a gate under no tracer proves nothing, and says that it could not have gone red', async () => {
  const cwd = await temporaryDirectory();
  const words = ['gate', 'semaphore@local', '--known-bad', 'unfixed@local+legacy-close', '--runs', '1'];
  const { exitCode, stdout } = await afterclose([...words, '--cycles', '3', '--tracer', 'none'], { cwd });
  expect(exitCode).toBe(4);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('was not held, so that the gate could not have gone red');
});

test('a build that fails is a matter of the machine: 3, with what it said', async () => {
  const cwd = await temporaryDirectory();
  await mkdir(join(cwd, 'sub'));
  await writeFile(
    join(cwd, 'afterclose.config.json'),
    JSON.stringify({
      targets: {
        a: { command: ['true'] },
        b: { command: ['./b'], cwd: 'sub', build: ['sh', '-c', 'echo no compiler >&2; exit 7'] },
        c: { command: ['./c'], build: ['true'] },
      },
    }),
  );
  const failed = await afterclose(['compare', 'a', 'b', '--tracer', 'none'], { cwd });
  expect(failed.exitCode).toBe(3);
  expect(failed.stderr).toMatch(/can not build b\n[\s\S]*ended with 7\n\s+no compiler/);
  const nothing = await afterclose(['compare', 'a', 'c', '--tracer', 'none'], { cwd });
  expect(nothing.exitCode).toBe(3);
  expect(nothing.stderr).toMatch(/the command of c is not there after its build/);
});
