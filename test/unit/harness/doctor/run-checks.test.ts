import { expect, test } from 'vitest';
import { ok } from '../../../../harness/doctor/check.ts';
import type { Check } from '../../../../harness/doctor/check.ts';
import { HarnessError } from '../../../../harness/errors.ts';
import { runChecks } from '../../../../harness/doctor/run-checks.ts';
import { somewhere } from './place.ts';

const options = { timeoutMs: 20_000, now: () => 0 };

function check(name: string, look: Check['look']): Check {
  return { name, title: name, neededFor: 'comfort', look };
}

const fine = check('fine', () => Promise.resolve(ok('all is well')));

test('results come in the order of the checks, whatever ends first', async () => {
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = check('slow', async () => {
    await held;
    return ok('at last');
  });
  const last = check('last', () => {
    release?.();
    return Promise.resolve(ok('done'));
  });
  const results = await runChecks([slow, fine, last], somewhere, options);
  expect(results.map((result) => result.check.name)).toEqual(['slow', 'fine', 'last']);
});

test('a check that does not concern this system is left out', async () => {
  const results = await runChecks(
    [fine, check('elsewhere', () => Promise.resolve(null))],
    somewhere,
    options,
  );
  expect(results.map((result) => result.check.name)).toEqual(['fine']);
});

test.each([
  [
    'at once',
    () => {
      throw new TypeError('x is undefined');
    },
  ],
  ['later', () => Promise.reject(new TypeError('x is undefined'))],
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- not every library throws errors
  ['something else', () => Promise.reject('x is undefined')],
])('a check that crashes %s is told as a failure of the check, and hides no other', async (_, look) => {
  const results = await runChecks([check('crashing', look), fine], somewhere, options);
  expect(results.map(({ finding }) => finding.state)).toEqual(['unknown', 'ok']);
  expect(results[0]?.finding).toMatchObject({ why: 'x is undefined', found: /check itself failed/ });
});

test('what a check could foresee keeps its way out', async () => {
  const error = new HarnessError({
    what: 'can not start unshare',
    why: 'ENOENT',
    remedy: 'install it',
    exitCode: 3,
  });
  const [result] = await runChecks([check('failing', () => Promise.reject(error))], somewhere, options);
  expect(result?.finding).toMatchObject({
    state: 'unknown',
    why: 'can not start unshare: ENOENT',
    remedy: 'install it',
  });
});

test('a check that never ends is given up', async () => {
  const hanging = check('hanging', () => new Promise(() => undefined));
  const [result] = await runChecks([hanging], somewhere, { ...options, timeoutMs: 1 });
  expect(result?.finding).toMatchObject({ state: 'unknown', why: 'it did not end within 0.001 s' });
});
