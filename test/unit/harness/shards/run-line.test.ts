import { expect, it } from 'vitest';
import { runLineSchema } from '../../../../harness/shards/run-line.ts';
import { firstIssue } from '../../../../harness/store/first-issue.ts';
import type { RunSummary } from '../../../../src/verdict/run-summary.ts';
import { arms } from '../../report/sample-session.ts';

const clean = arms.unfixedNew.runs[0] as RunSummary;
const agreed = { tracer: 'ebpf', compared: 8, refused: 0, undetermined: 0, disagreements: 0, notMade: null };

function whyRefused(changes: Partial<RunSummary>): string | null {
  const line = { kind: 'run', arm: 0, place: 0, ...clean, ...changes };
  const result = runLineSchema.safeParse(JSON.parse(JSON.stringify(line)));
  return result.success ? null : firstIssue(result.error);
}

it('takes a cross-check that was made, one that was not, and none', () => {
  const notMade = { ...agreed, compared: 0, notMade: 'the trace of ebpf is not whole' };
  expect([agreed, notMade, null].map((crossCheck) => whyRefused({ crossCheck }))).toEqual([null, null, null]);
});

it.each([
  [{ ...agreed, refused: 9 }, /fewer binds than were refused/],
  [{ ...agreed, undetermined: 1 }, /fewer binds than were refused/],
  [{ ...agreed, disagreements: 1 }, /another tracer disagrees, and it is not in doubt/],
  [{ ...agreed, notMade: 'there was no trace' }, /not made has compared nothing/],
  [
    { ...agreed, compared: 0, disagreements: 1, notMade: 'there was no trace' },
    /not made has compared nothing/,
  ],
])('refuses a cross-check that can not be: %o', (crossCheck, why) => {
  expect(whyRefused({ crossCheck })).toMatch(why);
});
