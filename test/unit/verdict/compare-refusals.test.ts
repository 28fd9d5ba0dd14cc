import { expect, it } from 'vitest';
import type { NamedHolder, Refusal } from '../../../src/verdict/bind-log.ts';
import { compareRefusals } from '../../../src/verdict/compare-refusals.ts';

function holder(fd: number, certainty: 'certain' | 'possible'): NamedHolder {
  return {
    boundBy: { thread: 'thread 100 of process 100', number: fd },
    references: [`fd ${fd} of process 100`],
    certain: certainty === 'certain',
  };
}

function refusal(...holders: readonly NamedHolder[]): Refusal {
  return { holders, isOpen: false };
}

const [x, y] = [holder(3, 'certain'), holder(4, 'certain')];
const [perhapsX, perhapsY] = [holder(3, 'possible'), holder(4, 'possible')];
const nobody = refusal();
const open = { ...nobody, isOpen: true };

it.each([
  ['the same certain holder', refusal(x), refusal(x), 'same'],
  ['another certain one', refusal(x), refusal(y), 'different'],
  ['one of two that the first is certain of', refusal(x, y), refusal(x), 'different'],
  ['certain of it, and it is possible for the other', refusal(x), refusal(perhapsX), 'same'],
  ['certain of it, and one of two for the other', refusal(x), refusal(perhapsX, perhapsY), 'undetermined'],
  ['certain of it, and the other leaves it out', refusal(x, perhapsY), refusal(perhapsY), 'different'],
  ['neither certain, and none in common', refusal(perhapsX), refusal(perhapsY), 'different'],
  ['neither certain, one in common', refusal(perhapsX, perhapsY), refusal(perhapsY), 'undetermined'],
  ['nobody for either', nobody, nobody, 'undetermined'],
  ['nobody for the other, who sees all', refusal(x), nobody, 'different'],
  ['nobody for the other, who does not see all', refusal(x), open, 'undetermined'],
  ['a second try for the other alone', refusal(x), null, 'undetermined'],
  ['a second try for both', null, null, 'same'],
] as const)('%s', (_, a, b, agreement) => {
  expect([compareRefusals(a, b), compareRefusals(b, a)]).toEqual([agreement, agreement]);
});
