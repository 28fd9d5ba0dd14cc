import { expect, test } from 'vitest';
import { questionSchema } from '../../../src/report/question.ts';
import { runsNeeded } from '../../../src/statistics/claim.ts';

test('a question that is accepted can be answered', () => {
  const gate = { kind: 'gate', inconclusive: 'fail', baseline: null };
  const reads = (below: number) =>
    questionSchema.safeParse({ ...gate, claim: { below, confidence: 0.95 } }).success;
  expect([reads(1e-300), reads(1e-10), reads(1e-9), reads(0.1)]).toEqual([false, false, true, true]);
  expect(() => runsNeeded({ below: 1e-9, confidence: 0.95 })).not.toThrow();
});
