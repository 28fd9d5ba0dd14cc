import { describe, expect, it } from 'vitest';
import { holmAdjusted } from '../../../src/statistics/holm.ts';

/**
 * What Holm's procedure is a short cut for (Marcus, Peritz, Gabriel, Biometrika 63 (1976)): the largest
 * Bonferroni p-value of all groups of hypotheses that hold this one. In 10^-4, whole.
 */
function closedTest(pValues: readonly number[]): number[] {
  return pValues.map((_, index) => {
    let largest = 0;
    for (let group = 0; group < 2 ** pValues.length; group++) {
      if (((group >> index) & 1) === 0) continue;
      const members = pValues.filter((__, other) => ((group >> other) & 1) === 1);
      largest = Math.max(largest, Math.min(10_000, members.length * Math.min(...members)));
    }
    return largest;
  });
}

describe('holmAdjusted', () => {
  it.each([
    [[]],
    [[500]],
    [[100, 200, 300, 400]],
    [[400, 300, 200, 100]],
    [[100, 10_000, 100, 2000, 490]],
    [[0, 0, 10_000]],
    [[6000, 7000]],
    [[123, 45, 4567, 46, 8000, 44]],
  ])('is the closed test of Bonferroni: %o', (pValues) => {
    const adjusted = holmAdjusted(pValues.map((p) => p / 10_000));
    expect(adjusted.map((p) => Math.round(p * 1e8) / 1e4)).toEqual(closedTest(pValues));
  });

  it('reads like the example by hand: 4 x 0.01, 3 x 0.02, and never less than the one before', () => {
    expect(holmAdjusted([0.04, 0.01, 0.03, 0.02])).toEqual([0.06, 0.04, 0.06, 0.06]);
  });

  it.each([[-0.01], [1.01], [Number.NaN]])('refuses what is no p-value: %d', (p) => {
    expect(() => holmAdjusted([0.5, p])).toThrow(`a p-value must lie from 0 to 1, not ${p}`);
  });
});
