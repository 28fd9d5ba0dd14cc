import { expect, it } from 'vitest';
import type { ArmReport } from '../../../src/report/report.ts';
import { runsHeld } from '../../../src/report/runs-held.ts';
import { buildReport } from '../../../src/report/build.ts';
import { arms, session } from './sample-session.ts';

const [sample] = buildReport(session({ arms: [arms.fixedOld] })).arms;

function told(heldRuns: number | null, runs: number, unknownRuns = 0): string {
  const arm: ArmReport = { ...sample!, heldRuns, runs, unknownRuns };
  const { count, perRun } = runsHeld(arm);
  return `${count}: ${perRun ?? 'nothing can be said'}`;
}

it.each([
  ['0 of 5: below 45.1 %', told(0, 5)],
  ['0 of 298: below 1.1 %', told(0, 298)],
  ['0 of 299: below 1.00 %', told(0, 299)],
  ['5 of 5: 47.8 % to 100 %', told(5, 5)],
  ['1 of 5: 0.50 % to 71.7 %', told(1, 5)],
  ['1,000 of 10,000: 9.4 % to 10.7 %', told(1000, 10_000)],
  ['no evidence: nothing can be said', told(null, 5, 5)],
  ['no runs: nothing can be said', told(0, 0)],
  // An unknown run may have been held: the bound for zero would be a lie, and so would 4 of 5 alone.
  ['0 of 5, 1 unknown: 0 % to 71.7 %', told(0, 5, 1)],
  ['4 of 5, 1 unknown: 28.3 % to 100 %', told(4, 5, 1)],
  ['0 of 5, 5 unknown: 0 % to 100 %', told(0, 5, 5)],
])('%s', (expected, text) => {
  expect(text).toBe(expected);
});
