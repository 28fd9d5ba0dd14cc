/** Completion in the shells themselves, and the manual page in man: both made from the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { thisMachine } from '../../scripts/machine.ts';
import { afterclose, root, temporaryDirectory } from './command-line.ts';

const machine = thisMachine();
const scripts = join(root, 'test', 'cli', 'shells');

/** What a shell offers for lines that end where somebody types: for each, sorted, each once. */
type Offers = (lines: readonly string[], place: Place) => Promise<readonly string[][]>;

interface Place {
  readonly cwd: string;
  /** The completion of the shell. */
  readonly script: string;
}

const shells: Record<'bash' | 'zsh' | 'fish', Offers> = {
  bash: (lines, { cwd, script }) =>
    eachOf(lines, async (line) => {
      // bash makes a word of each =.
      const words = line
        .split(' ')
        .flatMap((word) => word.split(/(=)/).filter((part) => part !== '' || word === ''));
      return listed(await output('bash', ['--norc', join(scripts, 'complete.bash'), script, ...words], cwd));
    }),
  // It takes half a second to load its completions, so one is asked for all lines.
  zsh: async (lines, { cwd, script }) => {
    const text = await output('zsh', ['-f', join(scripts, 'complete.zsh'), script, ...lines], cwd);
    const answers = text.split('<END>').slice(0, -1);
    return answers.map((answer) =>
      listed([...answer.matchAll(/FOUND:([^\r\n]*)/g)].map((match) => match[1]).join('\n')),
    );
  },
  fish: (lines, { cwd, script }) =>
    eachOf(lines, async (line) => {
      const command = `source ${script}; complete -C "${line}"`;
      const text = await output('fish', ['--no-config', '-c', command], cwd);
      return listed(text.replace(/\t.*$/gm, '').replace(/^[^=\n]*=/gm, ''));
    }),
};

/** By command, as `afterclose --help` lists them: the options that its own help lists. */
let optionsOf: ReadonlyMap<string, readonly string[]> = new Map();
beforeAll(async () => {
  const commands = (await commandNames()).filter((name) => name !== 'help');
  optionsOf = new Map(await eachOf(commands, async (command) => [command, await listedOptions(command)]));
});

describe.each(Object.entries(shells))('%s', (shell, offers) => {
  const isHere = machine.hasProgram(shell);
  let place: Place = { cwd: '', script: '' };
  beforeAll(async () => {
    if (isHere) place = await makePlace(shell);
  });
  afterAll(async () => {
    await rm(place.cwd, { recursive: true, force: true });
  });
  beforeEach((context) => {
    if (!isHere) context.skip(`missing: ${shell} (its completion is tried in it)`);
  });

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
  ])('%s', async ([line, expected]) => {
    expect(await offers([line], place)).toEqual([expected]);
  });

  test('offers every command, and every option of each, that --help lists', async () => {
    const commands = [...optionsOf.keys()];
    expect(commands.length).toBeGreaterThan(5);
    const lines = ['', ...commands.map((command) => `${command} -`)].map((words) => `afterclose ${words}`);
    const [offered, ...offeredOptions] = await offers(lines, place);
    expect(offered).toEqual([...commands, 'help'].sort());
    expect(commands.map((command, index) => [command, offeredOptions[index]])).toEqual([...optionsOf]);
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
  for (const command of [...optionsOf.keys(), 'help']) {
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

async function listedOptions(command: string): Promise<string[]> {
  const { stdout } = await afterclose([command, '--help']);
  const options = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].flatMap((match) => match.slice(1, 3));
  return listed(options.join('\n'));
}

async function makePlace(shell: string): Promise<Place> {
  const cwd = await mkdtemp(join(tmpdir(), 'afterclose-test-'));
  const script = join(cwd, 'completion');
  await writeFile(script, (await afterclose(['completion', shell])).stdout);
  await writeFile(join(cwd, 'a-file'), '');
  return { cwd, script };
}

/** One after another. */
async function eachOf<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}

async function output(program: string, words: readonly string[], cwd: string): Promise<string> {
  return (await execa(program, words, { cwd, stdin: 'ignore' })).stdout;
}

function listed(text: string): string[] {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
}
