/** Completion in the shells themselves, and the manual page in man: both made from the command line. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { thisMachine } from '../../scripts/machine.ts';
import { afterclose, root, temporaryDirectory } from './command-line.ts';

const machine = thisMachine();
const scripts = join(root, 'test', 'cli', 'shells');

/** What a shell offers for a line that ends where somebody types, sorted, each once. */
type Offers = (script: string, line: string, cwd: string) => Promise<string[]>;

const shells: Record<'bash' | 'zsh' | 'fish', Offers> = {
  bash: async (script, line, cwd) => {
    // bash makes a word of each =.
    const words = line
      .split(' ')
      .flatMap((word) => word.split(/(=)/).filter((part) => part !== '' || word === ''));
    return listed(await output('bash', ['--norc', join(scripts, 'complete.bash'), script, ...words], cwd));
  },
  zsh: async (script, line, cwd) => {
    const text = await output('zsh', ['-f', join(scripts, 'complete.zsh'), script, line], cwd);
    return listed([...text.matchAll(/FOUND:([^\r\n]*)/g)].map((match) => match[1]).join('\n'));
  },
  fish: async (script, line, cwd) => {
    const command = `source ${script}; complete -C "${line}"`;
    const text = await output('fish', ['--no-config', '-c', command], cwd);
    return listed(text.replace(/\t.*$/gm, '').replace(/^[^=\n]*=/gm, ''));
  },
};

describe.each(Object.entries(shells))('%s', (shell, offers) => {
  test.for<[line: string, expected: string[]]>([
    ['afterclose rep', ['repro']],
    ['afterclose repro --netw', ['--network']],
    ['afterclose repro --network ', ['udp4', 'udp6']],
    ['afterclose repro --runs ', []],
    ['afterclose repro --reporter j', ['json', 'junit']],
    ['afterclose repro --reporter junit=a-fi', ['a-file']],
    ['afterclose repro --out a-fi', ['a-file']],
    ['afterclose check --json a-fi', ['a-file']],
    ['afterclose doctor --reporter', []],
    ['afterclose completion ', ['bash', 'fish', 'zsh']],
    ['afterclose help che', ['check']],
  ])('%s', async ([line, expected], context) => {
    if (!machine.hasProgram(shell)) return context.skip(`missing: ${shell} (its completion is tried in it)`);
    const { cwd, script } = await completionOf(shell);
    expect(await offers(script, line, cwd)).toEqual(expected);
  });

  test('offers every command, and every option of each, that --help lists', async (context) => {
    if (!machine.hasProgram(shell)) return context.skip(`missing: ${shell} (its completion is tried in it)`);
    const { cwd, script } = await completionOf(shell);
    const commands = await commandNames();
    expect(commands.length).toBeGreaterThan(5);
    expect(await offers(script, 'afterclose ', cwd)).toEqual(commands);
    for (const command of commands.filter((name) => name !== 'help')) {
      const { stdout } = await afterclose([command, '--help']);
      const options = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].flatMap((match) =>
        match.slice(1, 3),
      );
      const expected = listed(options.join('\n'));
      expect([command, await offers(script, `afterclose ${command} -`, cwd)]).toEqual([command, expected]);
    }
  });
});

test('the manual page: man shows every command and option, and warns of nothing', async (context) => {
  if (!machine.hasProgram('man')) return context.skip('missing: man (the manual page is shown by it)');
  const page = join(await temporaryDirectory(), 'afterclose.1');
  await writeFile(page, (await afterclose(['manual'])).stdout);
  const { stdout, stderr } = await execa('man', ['--warnings=all', '-l', page], {
    env: { MANWIDTH: '200', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '', MANROFFOPT: '-c' },
  });
  expect(stderr).toBe('');
  for (const command of await commandNames()) {
    expect(stdout).toMatch(new RegExp(`^ +afterclose ${command}$`, 'm'));
  }
  for (const shown of ['--reporter name[=file]', '-V, --version', 'EXIT STATUS', '128+n']) {
    expect(stdout).toContain(shown);
  }
});

async function commandNames(): Promise<string[]> {
  const { stdout } = await afterclose(['--help']);
  const [, list = ''] = stdout.split('\nCommands:\n');
  return [...list.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1] ?? '').sort();
}

async function completionOf(shell: string): Promise<{ cwd: string; script: string }> {
  const cwd = await temporaryDirectory();
  const script = join(cwd, 'completion');
  await writeFile(script, (await afterclose(['completion', shell])).stdout);
  await writeFile(join(cwd, 'a-file'), '');
  return { cwd, script };
}

async function output(program: string, words: readonly string[], cwd: string): Promise<string> {
  return (await execa(program, words, { cwd, stdin: 'ignore' })).stdout;
}

function listed(text: string): string[] {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
}
