/** `check` on recorded sessions: on any machine, without root, tracer or Go. */
import { appendFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { reportSchema } from '../../src/report/report.ts';
import type { Report } from '../../src/report/report.ts';
import { afterclose, cli, commandEnvironment, goldenSessions, temporaryDirectory } from './command-line.ts';

const recorded = [
  ['dtrace', 'as-expected', 0],
  ['untraced', 'inconclusive', 4],
  // The document keeps the session's own exit code; whoever checks it was not interrupted.
  ['interrupted', 'interrupted', 4],
  ['tracer-killed', 'inconclusive', 4],
  ['launcher-killed', 'inconclusive', 4],
] as const;

describe.each(recorded)('the session %s', (name, outcome, exitCode) => {
  test('is judged as it was: the same document, the documented exit code', async () => {
    const directory = await copyOf(name);
    const report = await readFile(join(directory, 'report.json'), 'utf8');
    const checked = await afterclose(['check', directory, '--json']);
    expect(checked).toEqual({ exitCode, stdout: report, stderr: '' });
    expect(reportSchema.parse(JSON.parse(report)).outcome).toBe(outcome);
  });

  test('gives the same document in another place, width, colour and language', async () => {
    const directory = await copyOf(name, 'an other\nplace');
    const report = await readFile(join(directory, 'report.json'), 'utf8');
    const env = { COLUMNS: '30', FORCE_COLOR: '1', LC_ALL: 'de_DE.UTF-8', TZ: 'Pacific/Auckland' };
    const checked = await afterclose(['check', '.', '--json', '--color', '-v'], { cwd: directory, env });
    expect([checked.exitCode, checked.stdout]).toEqual([exitCode, report]);
  });

  test('is told as text, without colour where nobody wants it', async () => {
    const directory = await copyOf(name);
    const plain = await afterclose(['check', directory]);
    expect(plain.exitCode).toBe(exitCode);
    expect(plain.stdout).toContain('EXIT CODE');
    expect(plain.stdout).not.toContain('\u001b');
    const colored = await afterclose(['check', directory, '--color']);
    expect(colored.stdout).toContain('\u001b[');
    expect((await afterclose(['check', directory], { env: { FORCE_COLOR: '1' } })).stdout).toBe(
      colored.stdout,
    );
    const refused = await afterclose(['check', directory, '--no-color'], { env: { FORCE_COLOR: '1' } });
    expect(refused.stdout).toBe(plain.stdout);
  });
});

describe('a session that somebody touched proves nothing', () => {
  const trace = join('blocks', '2-dtrace', 'dtrace.txt');

  test.each([
    [
      'claims',
      (directory: string) =>
        replaceIn(join(directory, 'blocks/2-dtrace/claims/0005.json'), /"binds":/, '"binds":1'),
    ],
    [
      'untraced claims',
      (directory: string) =>
        replaceIn(join(directory, 'blocks/1-none/claims/0001.json'), /"binds":/, '"binds":1'),
    ],
    [
      'a removed line of the trace',
      (directory: string) => replaceIn(join(directory, trace), /\n[^\n]* close[^\n]*\n/, '\n'),
    ],
    ['a cut trace', (directory: string) => truncate(join(directory, trace), 20_000)],
    ['no trace', (directory: string) => rm(join(directory, trace))],
    [
      'bytes after the trace',
      (directory: string) => appendFile(join(directory, trace), new Uint8Array([0, 255, 10])),
    ],
    [
      'the expectations',
      (directory: string) => replaceIn(join(directory, 'session.json'), /"held"/, '"clean"'),
    ],
    [
      'the exit of the tracer',
      (directory: string) =>
        replaceIn(join(directory, 'blocks/2-dtrace/tracer.json'), /"exitCode": 0/, '"exitCode": 1'),
    ],
    ['no end', (directory: string) => rm(join(directory, 'end.json'))],
  ])('%s', async (_name, touch) => {
    const directory = await copyOf('dtrace');
    await touch(directory);
    const { exitCode, stdout } = await afterclose(['check', directory, '--json']);
    const report: Report = reportSchema.parse(JSON.parse(stdout));
    expect([exitCode, report.outcome]).toEqual([4, 'inconclusive']);
    expect(new Set(report.arms.map((arm) => arm.verdict))).toEqual(new Set(['unknown']));
    expect(report.findings.filter((finding) => finding.certain)).toEqual([]);
    expect(report.doubts.filter((doubt) => doubt.run === null)).not.toEqual([]);
  });

  test('altered claims are no other count', async () => {
    const directory = await copyOf('untraced');
    const before = reportSchema.parse(JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')));
    expect(before.arms[0]?.addressInUse).toEqual(expect.any(Number));
    const claims = join(directory, 'blocks/1-none/claims');
    for (const run of ['0001', '0002', '0003', '0004']) {
      await replaceIn(join(claims, `${run}.json`), /"addressInUse": ?\d+/, '"addressInUse":7');
    }
    const { stdout } = await afterclose(['check', directory, '--json']);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.arms.map((arm) => [arm.verdict, arm.addressInUse])).toEqual([
      ['unknown', null],
      ['unknown', null],
    ]);
  });
});

test('a damaged plan is one clear message', async () => {
  const directory = await copyOf('untraced');
  await truncate(join(directory, 'session.json'), 100);
  const { exitCode, stdout, stderr } = await afterclose(['check', directory, '--json']);
  expect([exitCode, stdout]).toEqual([4, '']);
  expect(stderr).toMatch(/^afterclose: the session can not be judged\n {2}why: .*damaged.*\n {2}way out: /);
});

test('a reader that goes away early is no error', async () => {
  const directory = await copyOf('dtrace');
  const child = execa(process.execPath, [cli, 'check', directory], {
    env: commandEnvironment(),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  expect((await child).exitCode).toBe(0);
  expect(stderr).toBe('');
});

async function copyOf(name: string, place = 'session'): Promise<string> {
  const directory = join(await temporaryDirectory(), place);
  await cp(join(goldenSessions, name), directory, { recursive: true });
  return directory;
}

async function replaceIn(file: string, what: RegExp, by: string): Promise<void> {
  const text = await readFile(file, 'latin1');
  const altered = text.replace(what, by);
  expect(altered).not.toBe(text);
  await writeFile(file, altered, 'latin1');
}
