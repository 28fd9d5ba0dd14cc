import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configFileSchema } from '../../../../harness/config/config-file.ts';
import { findConfig } from '../../../../harness/config/find-config.ts';
import { HarnessError } from '../../../../harness/errors.ts';
import { currentHost } from '../../../../harness/host.ts';
import { temporaryDirectory } from '../store/saved-session.ts';

const variants = ['semaphore', 'unfixed'];

async function configFile(content: unknown, name = 'afterclose.config.json'): Promise<string> {
  const path = join(await temporaryDirectory(), name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function mistakesIn(content: unknown, name?: string): Promise<readonly string[]> {
  const named = await configFile(content, name);
  const error = await findConfig({ named, variants }).catch((thrown: unknown) => thrown);
  if (!(error instanceof HarnessError)) throw new Error(`it was read: ${JSON.stringify(error)}`);
  expect(error.exitCode).toBe(2);
  return error.why.split('\n');
}

test('what is left out has its default, and paths are seen from the file', async () => {
  const named = await configFile({ targets: { server: { command: ['sh', '-c', 'exit'] } } });
  expect(await findConfig({ named, variants })).toMatchObject({
    program: 'own commands',
    targets: [
      {
        name: 'server',
        command: ['sh', '-c', 'exit'],
        directory: join(named, '..'),
        env: {},
        build: null,
        expects: null,
        timeoutMs: 60_000,
      },
    ],
    gate: null,
  });
});

test('everything that can be said', async () => {
  const named = await configFile({
    $schema: './schema/config.schema.json',
    program: 'my server',
    targets: {
      old: {
        command: ['./old', '-x'],
        build: ['make', 'old'],
        env: { A: 'b' },
        expects: 'held',
        timeout: '2m',
      },
      new: { command: ['sh'], expects: 'clean', timeout: '500ms' },
    },
    gate: {
      knownBad: 'old',
      knownGood: 'unfixed@local',
      subjects: ['new', 'semaphore@1.9.7:strace'],
      claim: '<1%',
      baseline: 'baseline.json',
    },
  });
  const config = await findConfig({ named, variants });
  expect(config?.targets.map(({ timeoutMs }) => timeoutMs)).toEqual([120_000, 500]);
  expect(config?.gate).toEqual({
    knownBad: 'old',
    knownGood: 'unfixed@local',
    subjects: ['new', 'semaphore@1.9.7:strace'],
    claim: '<1%',
    baseline: join(named, '..', 'baseline.json'),
  });
});

test.each([
  [
    'config.ts',
    'const name: string = "server"; export default { targets: { [name]: { command: ["sh"] } } };',
  ],
  ['config.mjs', 'export default { targets: { server: { command: ["sh"] } } };'],
])('%s is a program', async (name, text) => {
  const config = await findConfig({ named: await configFile(text, name), variants });
  expect(config?.targets.map((target) => target.name)).toEqual(['server']);
});

test('every mistake is told with its path, the nearest name beside it', async () => {
  const found = await mistakesIn({
    targts: 1,
    targets: {
      old: { comand: ['x'], command: [], expects: 'bad', timeout: '3 h' },
      'a b': { command: ['x'] },
    },
    gate: { knownBad: 'old', knownGood: 'old', subjects: [] },
  });
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "targets.old.command.0: it must name a program
    targets.old.expects: Invalid option: expected one of "clean"|"held"
    targets.old.timeout: not a time such as 500ms, 60s or 5m
    targets.old.comand: not known; did you mean command?
    targets.a b: a name is made of letters, digits, dots, dashes and underscores
    gate.subjects: Too small: expected array to have >=1 items
    targts: not known; did you mean targets?"
  `);
});

test('a command that is a shell line, or is missing', async () => {
  const found = await mistakesIn({ targets: { line: { command: './a -x' }, none: {} } });
  expect(found).toEqual([
    'targets.line.command: it must be a list of words: the program, then its arguments',
    'targets.none.command: it must be a list of words: the program, then its arguments',
  ]);
});

test('a run that may take no time at all is a mistake', async () => {
  const found = await mistakesIn({ targets: { old: { command: ['sh'], timeout: '0s' } } });
  expect(found).toEqual(['targets.old.timeout: not a time such as 500ms, 60s or 5m']);
});

test('what the shape can not tell is told the same way', async () => {
  const found = await mistakesIn({
    targets: {
      unfixed: { command: ['sh'] },
      lost: { command: ['./nowhere'] },
      away: { command: ['sh'], cwd: 'nowhere' },
    },
    gate: { knownBad: 'lots', knownGood: 'unfixd@1.9.7', subjects: ['lost:strace'] },
  });
  expect(found.map((line) => line.replace(/directory .*\//, 'directory .../'))).toEqual([
    'targets.unfixed: that is the name of a variant; choose another',
    'targets.lost.command.0: ./nowhere is no file that can be executed here',
    'targets.away.cwd: there is no directory .../nowhere',
    'gate.knownBad: there is no "lots"; did you mean lost?',
    'gate.knownGood: there is no "unfixd"; did you mean unfixed?',
  ]);
});

test.each([
  ['{', 'afterclose.config.json'],
  ['throw new Error("no");', 'config.mjs'],
  ['export default {', 'config.ts'],
  ['targets:', 'config.yaml'],
])('%s in %s is no config', async (text, name) => {
  expect((await mistakesIn(text, name)).length).toBeGreaterThan(0);
});

test('a command is looked for from its own directory', async () => {
  const named = await configFile({ targets: { mine: { command: ['./run'], cwd: 'sub' } } });
  const folder = join(named, '..', 'sub');
  await mkdir(folder);
  await writeFile(join(folder, 'run'), '#!/bin/sh\n');
  await expect(findConfig({ named, variants })).rejects.toThrow(/can be executed/);
  await chmod(join(folder, 'run'), 0o755);
  expect((await findConfig({ named, variants }))?.targets[0]?.directory).toBe(folder);
});

test.each(['README.md', 'docs/compare-and-gate.md'])('what %s shows is a config', async (page) => {
  const text = await readFile(join(currentHost().packageRoot, page), 'utf8');
  const shown = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  expect(shown).toHaveLength(1);
  expect(configFileSchema.parse(JSON.parse(shown[0] ?? '')).gate?.subjects).toEqual(['new']);
});

test('without a name, and without a file in the working directory, there is none', async () => {
  expect(await findConfig({ named: null, variants })).toBeNull();
});
