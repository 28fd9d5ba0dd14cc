/** `--reporter` on a recorded session: several at once, where they go, and what a bad one gets. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logDocumentSchema } from '../../harness/logs/document.ts';
import { afterclose, goldenSessions, root, temporaryDirectory } from './command-line.ts';

const session = join(goldenSessions, 'dtrace');

test('several at once: data on standard output, the rest where it was sent', async () => {
  const cwd = await temporaryDirectory();
  const words = ['check', session, '--reporter', 'junit=j.xml', '--reporter=markdown=m.md', '--json'];
  const { exitCode, stdout, stderr } = await afterclose(words, { cwd });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toBe(await readFile(join(session, 'report.json'), 'utf8'));
  expect(await readFile(join(cwd, 'j.xml'), 'utf8')).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  expect(await readFile(join(cwd, 'm.md'), 'utf8')).toMatch(/^## afterclose: AS EXPECTED\n/);
});

test('a file beside leaves the text on standard output as it is', async () => {
  const cwd = await temporaryDirectory();
  const alone = await afterclose(['check', session]);
  const beside = await afterclose(['check', session, '--reporter', 'junit=j.xml'], { cwd });
  expect(beside).toEqual(alone);
  const named = await afterclose(['check', session, '--reporter', 'terminal=t.txt', '--reporter', 'json'], {
    cwd,
  });
  expect(named.exitCode).toBe(0);
  expect(await readFile(join(cwd, 't.txt'), 'utf8')).toBe(alone.stdout);
});

test('under GitHub Actions, annotations and the summary come by themselves', async () => {
  const cwd = await temporaryDirectory();
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
  const { exitCode, stdout, stderr } = await afterclose(['check', join(goldenSessions, 'tracer-killed')], {
    env,
  });
  expect(exitCode).toBe(4);
  expect(stdout).not.toContain('::error');
  expect(stderr.split('\n').filter((line) => !/^(::(error|warning) title=[^:]*::.*)?$/.test(line))).toEqual(
    [],
  );
  expect(stderr).toMatch(/^::error title=afterclose::INCONCLUSIVE: /);
  expect(await readFile(env.GITHUB_STEP_SUMMARY, 'utf8')).toMatch(/^## afterclose: INCONCLUSIVE\n/);
});

test('a disk that is full under one report: the others are there, and the exit code says it', async () => {
  const cwd = await temporaryDirectory();
  const words = ['check', session, '--reporter', 'junit=/dev/full', '--reporter', 'markdown=m.md'];
  const { exitCode, stdout, stderr } = await afterclose(words, { cwd });
  expect(exitCode).toBe(4);
  expect(stdout).toContain('AS EXPECTED');
  expect(stderr).toMatch(/^afterclose: junit: \/dev\/full is not complete\n {2}why: ENOSPC.*\n {2}way out: /);
  expect(await readFile(join(cwd, 'm.md'), 'utf8')).toContain('AS EXPECTED');
});

describe('what can not be is refused before anything is judged, built or traced', () => {
  test.each([
    [['--reporter', 'junt'], /no such reporter: did you mean junit\?/],
    [['--reporter', 'junit='], /as in junit=FILE/],
    [['--reporter', 'junit', '--json'], /two reports were to go to standard output/],
    [['--reporter', 'junit=/no/such/place/x'], /can not be written to \/no\/such\/place\/x/],
  ])('%j', async (words, what) => {
    for (const command of [
      ['check', session],
      ['repro', '--tracer', 'none'],
    ]) {
      const { exitCode, stdout, stderr } = await afterclose([...command, ...words]);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^afterclose: /);
      expect(stderr).toMatch(what);
      expect(stderr.split('\n').length).toBeLessThan(6);
    }
  });

  test('a log is told as text or JSON only', async () => {
    const log = join(goldenSessions, '..', 'logs', 'strace-f', 'trace.txt');
    const { exitCode, stdout, stderr } = await afterclose(['check', log, '--reporter', 'junit']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/given with a log/);
    const json = await afterclose(['check', log, '--reporter', 'json']);
    const { command } = logDocumentSchema.parse(JSON.parse(json.stdout));
    expect(command).not.toContain('--reporter');
  });
});

test('the workflow to copy uses commands and options that there are', async () => {
  const workflow = await readFile(join(root, 'examples', 'github-actions.yml'), 'utf8');
  const lines = [...workflow.matchAll(/npx afterclose (\w+)(.*)/g)];
  expect(lines.length).toBeGreaterThan(2);
  for (const [, command = '', rest = ''] of lines) {
    const { exitCode, stdout } = await afterclose([command, '--help']);
    expect([command, exitCode]).toEqual([command, 0]);
    for (const [option] of rest.matchAll(/--[\w-]+/g)) expect(stdout).toContain(`  ${option} `);
  }
});
