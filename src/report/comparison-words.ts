/** How each arm compares with the reference, one text an arm: plain text, nothing in it is escaped. */
import { namesOfIds } from './arm-name.ts';
import type { Report } from './report.ts';
import { runsHeld } from './runs-held.ts';
import { describeDetectable, describeTest } from './statistics-words.ts';

export interface ComparisonTexts {
  /** `unfixed on go1.9.7, held in 5 of 5` */
  readonly reference: string;
  readonly texts: readonly string[];
}

/** Null: nothing was compared. */
export function comparisonTexts(report: Report): ComparisonTexts | null {
  const { comparisons } = report;
  const [first] = comparisons;
  if (first === undefined) return null;
  const nameOf = namesOfIds(report);
  const armOf = new Map(report.arms.map((arm) => [arm.id, arm]));
  const held = (id: string) => {
    const arm = armOf.get(id);
    return arm === undefined ? '' : runsHeld(arm).count;
  };
  const tested = comparisons.filter(({ test }) => test !== null).length;
  const texts = comparisons.map(({ arm, seen, test }) => {
    const name = `${nameOf(arm)}, held in ${held(arm)}`;
    if (test === null) return `NOT TESTED: ${name}: runs are in doubt, or there are none.`;
    const text = `${name}: ${describeTest(test, tested)}.`;
    return seen === 'difference'
      ? `DIFFERENT: ${text}`
      : `NO DIFFERENCE SEEN: ${text} ${capitalize(describeDetectable(test.detectable))}.`;
  });
  return { reference: `${nameOf(first.reference)}, held in ${held(first.reference)}`, texts };
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
