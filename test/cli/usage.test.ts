import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { afterclose, root, temporaryDirectory } from './command-line.ts';

describe('what can not be understood ends with 2, says why and what was meant', () => {
  test.each([
    [['repor'], /unknown command 'repor'/, /repro/],
    [['repro', '--rnus', '1'], /unknown option '--rnus'/, /--runs/],
    [['repro', '--variant', 'unfixd'], /no variant "unfixd"/, /unfixed/],
    [['repro', '--tracer', 'dtrac'], /no tracer "dtrac"/, /dtrace/],
    [['repro', '--go', '99'], /not the name of a Go release/, /--go 1\.9\.7/],
    [['repro', '--go', '1.9.7; reboot'], /not the name of a Go release/, /--go 1\.9\.7/],
    [['repro', '--runs', '0'], /from 1 to/, /--help/],
    [['repro', '--cycles', '1e3'], /from 1 to/, /--help/],
    [['repro', '--runs', '-1'], /from 1 to|argument missing/, /--help/],
    [['repro', '--network', 'udp5'], /udp4, udp6/, /--help/],
    [
      ['compare', '--runs', '5', '--budget', '60s'],
      /--budget <time>' cannot be used with option '--runs/,
      /--help/,
    ],
    [['repro', 'more'], /too many arguments/, /--help/],
    [['check'], /missing required argument/, /--help/],
    [['check', '/no/such/session'], /not a saved session/, /no such file or directory/],
    [['check', root], /not a saved session/, /session\.json/],
  ])('%j', async (words, what, hint) => {
    const { exitCode, stdout, stderr } = await afterclose(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^afterclose: /);
    expect(stderr).toMatch(what);
    expect(stderr).toMatch(hint);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('no command at all', async () => {
    const { exitCode, stdout, stderr } = await afterclose([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/Usage: afterclose/);
  });

  test('a session directory that is in use, before anything is built', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'mine'), '');
    const { exitCode, stderr } = await afterclose(['repro', '--out', directory]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/not empty/);
    expect(stderr).not.toMatch(/building/);
  });
});

test('help and version are results', async () => {
  const help = await afterclose(['--help']);
  expect([help.exitCode, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/repro/);
  const version = await afterclose(['--version']);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
