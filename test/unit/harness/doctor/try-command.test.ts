import { expect, test } from 'vitest';
import { tryCommand } from '../../../../harness/doctor/try-command.ts';

test('what works is no refusal', async () => {
  expect(await tryCommand(['true'])).toBeNull();
});

test.each([
  [
    'its last words',
    ['sh', '-c', 'echo first >&2; echo "not permitted" >&2; exit 1'],
    /^not permitted$/,
    null,
  ],
  ['no words', ['sh', '-c', 'exit 7'], /^sh -c exit 7 ended with 7$/, null],
  ['no such program', ['/nonexistent/program'], /can not start .*ENOENT/, 'install it, or put it into PATH'],
])('%s', async (_, argv, why, remedy) => {
  expect(await tryCommand(argv)).toEqual({ why: expect.stringMatching(why) as string, remedy });
});
