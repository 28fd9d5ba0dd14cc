/** The outcome of a whole session against what was expected, and the exit code that says it. */
import type { Verdict } from './verdict.ts';

export const outcomes = ['as-expected', 'unexpected', 'failed', 'inconclusive', 'interrupted'] as const;
export type Outcome = (typeof outcomes)[number];

/** What one arm contributes: an arm without an expectation (the untraced ones) decides nothing. */
export interface ArmResult {
  readonly verdict: Verdict;
  readonly expected: 'clean' | 'held' | null;
}

/**
 * The precedence of design: a finding where the arm must be clean outweighs every doubt; an arm that
 * must be held and was not proves nothing about the others, so it is inconclusive; so is a session in
 * which nothing was expected of anything traced.
 */
export function decideOutcome(arms: readonly ArmResult[]): 'as-expected' | 'unexpected' | 'inconclusive' {
  const judged = arms.filter((arm) => arm.expected !== null);
  if (judged.some((arm) => arm.expected === 'clean' && arm.verdict === 'held')) return 'unexpected';
  if (judged.length === 0 || judged.some((arm) => arm.verdict !== arm.expected)) return 'inconclusive';
  return 'as-expected';
}

/**
 * Of a comparison: arms of which nothing is expected are compared all the same, and then doubt about one of
 * them is doubt about the answer. Without an arm that was traced there is no answer.
 */
export function decideComparison(
  arms: readonly (ArmResult & { readonly evidence: 'trace' | 'claims' })[],
): ReturnType<typeof decideOutcome> {
  const traced = arms.filter(({ evidence }) => evidence === 'trace');
  const expected = traced.map(({ verdict, expected }) => ({
    verdict,
    expected: expected ?? (verdict === 'held' ? 'held' : 'clean'),
  }));
  return decideOutcome(expected);
}

/** Signal number only for `interrupted`. */
export function exitCodeOf(outcome: Outcome, signal = 2): number {
  switch (outcome) {
    case 'as-expected':
      return 0;
    case 'unexpected':
      return 1;
    case 'failed':
      return 3;
    case 'inconclusive':
      return 4;
    case 'interrupted':
      return 128 + signal;
  }
}
