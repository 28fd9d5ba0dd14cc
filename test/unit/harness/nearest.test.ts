import { expect, test } from 'vitest';
import { nearestNames, suggestNames } from '../../../harness/nearest.ts';

const variants = ['deadline', 'retry', 'semaphore', 'unfixed'];

test.each([
  ['unfixd', ['unfixed']],
  ['semafore', ['semaphore']],
  ['RETRY', ['retry']],
  ['fixed', ['unfixed']],
  ['something', []],
  ['', []],
])('%j', (unknown, nearest) => {
  expect(nearestNames(unknown, variants)).toEqual(nearest);
});

test('what is too different gets the whole list', () => {
  expect(suggestNames('xyzxyzxyz', variants)).toBe('choose one of deadline, retry, semaphore, unfixed');
  expect(suggestNames('retyr', variants)).toBe('did you mean retry?');
});
