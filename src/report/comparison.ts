/** What the runs of two arms say about each other: every arm against the first, which is the reference. */
import { armId } from '../experiment/arm.ts';
import type { Counts } from '../statistics/counts.ts';
import { fisherTest } from '../statistics/fisher.ts';
import { holmAdjusted } from '../statistics/holm.ts';
import { oddsRatio, type Odds } from '../statistics/odds-ratio.ts';
import { detectableDifference } from '../statistics/power.ts';
import type { TalliedArm } from './arm-tally.ts';
import type { ComparisonReport } from './report.ts';

/** @param arms with evidence, in the order in which they were named */
export function compareArms(arms: readonly TalliedArm[]): ComparisonReport[] {
  const [reference, ...others] = arms;
  if (reference === undefined) return [];
  const comparisons =
    countsOf(reference) === null ? 0 : others.filter((other) => countsOf(other) !== null).length;
  const tested = others.map((other) => compare(other, reference, comparisons));
  const adjusted = holmAdjusted(tested.flatMap(({ test }) => test?.pTwoSided ?? []));
  let next = 0;
  return tested.map((comparison) => {
    const { test } = comparison;
    if (test === null) return comparison;
    const pAdjusted = adjusted[next++] ?? 1;
    const seen = pAdjusted <= level ? 'difference' : 'no-difference';
    return { ...comparison, seen, test: { ...test, pAdjusted } };
  });
}

const level = 0.05;

/** An unknown run may be either, so that a table which leaves it out, or takes it for clean, would lie. */
function compare(arm: TalliedArm, reference: TalliedArm, comparisons: number): ComparisonReport {
  const names = { arm: armId(arm.arm), reference: armId(reference.arm) };
  const [counts, of] = [countsOf(arm), countsOf(reference)];
  if (counts === null || of === null) return { ...names, seen: 'not-tested', test: null };
  const { twoSided, less, greater } = fisherTest(counts, of);
  const odds = oddsRatio(counts, of);
  const { higher, lower } = detectableDifference(of, counts.trials, comparisons);
  return {
    ...names,
    seen: 'no-difference',
    test: {
      pTwoSided: twoSided.p,
      pAdjusted: twoSided.p,
      pLess: less.p,
      pGreater: greater.p,
      oddsRatio: { estimate: endOf(odds.estimate), low: odds.low, high: endOf(odds.high) },
      detectable: { higher, lower },
    },
  };
}

/** Null where a run is in doubt, or there is none. */
function countsOf({ tally: { runs, verdicts } }: TalliedArm): Counts | null {
  if (runs === 0 || verdicts.unknown > 0) return null;
  return { successes: verdicts.held, trials: runs };
}

function endOf({ kind, value }: Odds): { value: number | null; kind: Odds['kind'] } {
  return { value, kind };
}
