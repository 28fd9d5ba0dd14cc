import { describe, expect, it } from 'vitest';
import {
  durationRecorder,
  durationTotals,
  histogram,
  percentile,
  summarizeDurations,
  type Distribution,
} from '../../../src/statistics/distribution.ts';

function distributionOf(durations: readonly number[]): Distribution {
  const recorder = durationRecorder();
  for (const ns of durations) recorder.add(ns);
  return recorder.distribution();
}

describe('durationRecorder', () => {
  it('keeps three digits, and both ends whole', () => {
    expect(distributionOf([46_399, 46_312, 999, 1000, 1009, 1010, 0])).toEqual({
      count: 7,
      minNs: 0,
      maxNs: 46_399,
      buckets: [
        { fromNs: 0, count: 1 },
        { fromNs: 999, count: 1 },
        { fromNs: 1000, count: 2 },
        { fromNs: 1010, count: 1 },
        { fromNs: 46_300, count: 2 },
      ],
    });
  });

  it('needs no more room for a million durations than for the buckets they fall in', () => {
    const recorder = durationRecorder();
    for (let i = 0; i < 1_000_000; i++) recorder.add((i * 7919) % 1_000_003);
    const { count, buckets } = recorder.distribution();
    expect(count).toBe(1_000_000);
    expect(buckets.length).toBeLessThanOrEqual(1000 + 3 * 900 + 1);
  });

  it('takes the longest that a double holds exactly', () => {
    const longest = Number.MAX_SAFE_INTEGER;
    expect(summarizeDurations(distributionOf([longest]))).toMatchObject({ p50Ns: longest, maxNs: longest });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (ns) => {
    expect(() => {
      durationRecorder().add(ns);
    }).toThrow(`a duration must be a whole number of ns from 0 on, not ${ns}`);
  });
});

describe('percentile', () => {
  it('is the nearest rank: of 1..100 the 50th and the 99th', () => {
    const hundred = distributionOf(Array.from({ length: 100 }, (_, i) => i + 1));
    expect([1, 50, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([1, 50, 99, 100]);
  });

  it('is the longest where fewer than a hundred were seen', () => {
    const few = distributionOf([120_301, 5_000_017, 310]);
    expect(percentile(few, 99)).toBe(5_000_017);
    expect(percentile(few, 50)).toBe(120_999);
  });

  it('is null where there were none', () => {
    expect(percentile(distributionOf([]), 50)).toBeNull();
  });

  it.each([0, 101, 99.9, Number.NaN])('refuses the percentile %d', (percent) => {
    expect(() => percentile(distributionOf([1]), percent)).toThrow(RangeError);
  });
});

describe('histogram', () => {
  it('ends its bins at 1, 2, 5 and tens of them, empty ones between included', () => {
    expect(histogram(distributionOf([46_000, 49_999, 50_000, 410_000]))).toEqual([
      { fromNs: 20_000, belowNs: 50_000, count: 2 },
      { fromNs: 50_000, belowNs: 100_000, count: 1 },
      { fromNs: 100_000, belowNs: 200_000, count: 0 },
      { fromNs: 200_000, belowNs: 500_000, count: 1 },
    ]);
  });

  it('takes powers of ten where there would be too many', () => {
    expect(histogram(distributionOf([0, 7, 3_000_000]))).toEqual(
      [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map((fromNs) => ({
        fromNs,
        belowNs: fromNs === 0 ? 1 : fromNs * 10,
        count: [0, 1, 1_000_000].includes(fromNs) ? 1 : 0,
      })),
    );
  });

  it('has up to twelve of the fine bins', () => {
    expect(histogram(distributionOf([100, 999_999])).length).toBe(12);
    expect(histogram(distributionOf([100, 1_000_000])).map(({ fromNs }) => fromNs)).toEqual([
      100, 1000, 10_000, 100_000, 1_000_000,
    ]);
  });

  it('has one bin for one duration, none for none', () => {
    expect(histogram(distributionOf([0]))).toEqual([{ fromNs: 0, belowNs: 1, count: 1 }]);
    expect(histogram(distributionOf([1000]))).toEqual([{ fromNs: 1000, belowNs: 2000, count: 1 }]);
    expect(histogram(distributionOf([]))).toEqual([]);
  });
});

describe('durationTotals', () => {
  it('gives what one recorder would have given', () => {
    const parts = [[5, 1_234_567], [], [1_234_999, 0]];
    const totals = durationTotals();
    for (const part of parts) totals.add(distributionOf(part));
    expect(totals.distribution()).toEqual(distributionOf(parts.flat()));
  });

  it('has none where there was none to add', () => {
    const totals = durationTotals();
    totals.add(null);
    expect(totals.distribution()).toBeNull();
    totals.add(distributionOf([]));
    expect(totals.distribution()).toEqual(distributionOf([]));
  });
});

describe('summarizeDurations', () => {
  it('says that there were none', () => {
    expect(summarizeDurations(distributionOf([]))).toEqual({
      count: 0,
      p50Ns: null,
      p99Ns: null,
      maxNs: null,
      histogram: [],
    });
  });
});
