import { describe, expect, it } from 'vitest';
import { differences, ratios, spreadOf } from '../../../bench/statistics.ts';

describe('spreadOf', () => {
  it.each([
    [[3], { median: 3, least: 3, most: 3 }],
    [[10, 9, 100], { median: 10, least: 9, most: 100 }],
    [[4, 1, 3, 2], { median: 2.5, least: 1, most: 4 }],
  ])('of %j', (samples, spread) => {
    expect(spreadOf(samples)).toEqual(spread);
  });

  it('of nothing there is none', () => {
    expect(spreadOf([])).toBeNull();
  });

  it('leaves the samples in their order', () => {
    const samples = [2, 1];
    spreadOf(samples);
    expect(samples).toEqual([2, 1]);
  });
});

describe('what belongs to one round', () => {
  const traced = new Map([
    [0, 12],
    [2, 60],
    [3, 9],
  ]);
  const untraced = new Map([
    [0, 10],
    [1, 20],
    [2, 40],
  ]);

  it('is compared, and rounds that lack either are left out', () => {
    expect(ratios(traced, untraced)).toEqual([1.2, 1.5]);
    expect(differences(traced, untraced)).toEqual([2, 20]);
  });
});
