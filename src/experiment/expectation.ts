/** What a variant is expected to be on which toolchains: the `expects` of its variant.json. */
import { compareGoReleases, parseGoRelease } from './go-release.ts';

export interface Expectation {
  /** `*`, a comparison (`<1.10`, `>=1.10`, several with spaces between: all must hold), or a counterfactual (`legacy-close`). */
  readonly toolchains: string;
  readonly verdict: 'clean' | 'held';
}

/**
 * The first that selects the toolchain; null: nothing is expected of it. A counterfactual toolchain
 * (`go1.26.8+legacy-close`) is selected by its own name and by `*` only, never by its release's number.
 */
export function findExpectation(
  expectations: readonly Expectation[],
  toolchain: string,
): 'clean' | 'held' | null {
  return expectations.find((each) => selects(each.toolchains, toolchain))?.verdict ?? null;
}

export function isToolchainSelector(text: string): boolean {
  return text === '*' || counterfactual.test(text) || parseComparisons(text) !== null;
}

interface Comparison {
  readonly operator: string;
  readonly version: string;
}

const counterfactual = /^[a-z][a-z0-9-]*$/;

function selects(selector: string, toolchain: string): boolean {
  if (selector === '*') return true;
  const release = parseGoRelease(toolchain);
  if (release === null) return false;
  if (release.counterfactual !== null) return selector === release.counterfactual;
  const comparisons = parseComparisons(selector);
  return (
    comparisons?.every(({ operator, version }) => {
      const bound = parseGoRelease(`go${version}`);
      return bound !== null && holds(compareGoReleases(release, bound), operator);
    }) ?? false
  );
}

/** Null: not comparisons. */
function parseComparisons(selector: string): readonly Comparison[] | null {
  const parts = selector.split(' ').map((part) => /^(<=?|>=?)(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)$/.exec(part));
  const comparisons = parts.flatMap((match) => {
    const [, operator, version] = match ?? [];
    return operator === undefined || version === undefined ? [] : [{ operator, version }];
  });
  return comparisons.length === parts.length ? comparisons : null;
}

function holds(order: number, operator: string): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}
