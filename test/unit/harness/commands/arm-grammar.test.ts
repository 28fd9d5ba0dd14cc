import { expect, test } from 'vitest';
import { readArms } from '../../../../harness/commands/arm-grammar.ts';
import type { ArmSources } from '../../../../harness/commands/arm-grammar.ts';
import type { WantedArm } from '../../../../harness/commands/wanted-arms.ts';
import { HarnessError } from '../../../../harness/errors.ts';
import { currentHost } from '../../../../harness/host.ts';

const server = {
  name: 'server',
  command: ['./server'],
  directory: '/',
  env: {},
  build: null,
  expects: null,
  timeoutMs: 1,
} as const;
const sources: ArmSources = {
  scenario: 'udp-reconnect',
  packageRoot: currentHost().packageRoot,
  config: { path: 'afterclose.config.json', program: 'own commands', targets: [server], gate: null },
  releases: ['1.9.7'],
  tracers: [null],
};

const shown = ({ program, tracer }: WantedArm): string => {
  const name = program.kind === 'target' ? program.target.name : `${program.variant.name}@${program.release}`;
  return `${name}:${tracer ?? 'best'}`;
};

test.each([
  ['unfixed', ['unfixed@go1.9.7:best']],
  ['unfixed@1.9.7', ['unfixed@go1.9.7:best']],
  ['unfixed@local+legacy-close', ['unfixed@local+legacy-close:best']],
  ['semaphore@go1.21.13:strace', ['semaphore@go1.21.13:strace']],
  ['semaphore:none', ['semaphore@go1.9.7:none']],
  ['server', ['server:best']],
  ['server:strace', ['server:strace']],
])('%s', async (word, arms) => {
  expect((await readArms([word], sources)).map(shown)).toEqual(arms);
});

test('an arm without release and tracer stands for each of the lists', async () => {
  const lists = { ...sources, releases: ['1.9.7', 'local'], tracers: ['dtrace', 'strace'] };
  expect((await readArms(['unfixed', 'server'], lists)).map(shown)).toEqual([
    'unfixed@go1.9.7:dtrace',
    'unfixed@go1.9.7:strace',
    'unfixed@local:dtrace',
    'unfixed@local:strace',
    'server:dtrace',
    'server:strace',
  ]);
});

test.each([
  ['unfixd', 'did you mean unfixed?'],
  ['sever@1.9.7', 'did you mean server?'],
  ['', 'choose one of'],
  ['server@1.9.7', 'make it two targets'],
  ['unfixed@1.9.x', '--go 1.9.7'],
])('%j is no arm', async (word, wayOut) => {
  const error = await readArms([word], sources).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HarnessError);
  expect((error as HarnessError).exitCode).toBe(2);
  expect((error as HarnessError).remedy).toContain(wayOut);
});
