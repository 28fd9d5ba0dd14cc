import { expect, test } from 'vitest';
import { command } from '../../../../../harness/tracers/strace/command.ts';

const argvOf = (installation: Readonly<Record<string, string>>) =>
  command({ directory: '/sessions/a b', launcher: ['/bin/launcher', "it's"], installation }).argv;

test('the launcher comes last, as it is', () => {
  expect(argvOf({}).slice(-3)).toEqual(['--', '/bin/launcher', "it's"]);
});

test('what is watched ends with strace where strace can do that, and never runs under a filter', () => {
  expect(argvOf({ version: '6.1' })).not.toContain('--kill-on-exit');
  expect(argvOf({ version: '6.6' })).toContain('--kill-on-exit');
  expect(argvOf({ version: '7.2' })).not.toContain('--seccomp-bpf');
});

test('a private strace is started by its own loader', () => {
  const installation = {
    version: '7.2',
    strace: '/c/usr/bin/strace',
    loader: '/c/ld.so',
    libraryPath: '/c/lib',
  };
  expect(argvOf(installation).slice(0, 4)).toEqual([
    '/c/ld.so',
    '--library-path',
    '/c/lib',
    '/c/usr/bin/strace',
  ]);
});

test('signals that end a process stay in the trace', () => {
  expect(argvOf({})).toContain('--signal=!SIGURG,SIGCHLD');
});
