import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  durationRecorder,
  durationTotals,
  histogram,
  percentile,
  type Distribution,
} from '../../src/statistics/distribution.ts';

/** Of every size alike, from 0 to 2^53 - 1. */
const duration = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat())
  .map(([bits, value]) => value % 2 ** bits);
const durations = fc.array(duration, { minLength: 1, maxLength: 300 });

function distributionOf(values: readonly number[]): Distribution {
  const recorder = durationRecorder();
  for (const ns of values) recorder.add(ns);
  return recorder.distribution();
}

function totalOf(parts: readonly Distribution[]): Distribution | null {
  const totals = durationTotals();
  for (const part of parts) totals.add(part);
  return totals.distribution();
}

describe('distributions', () => {
  it('never tell a percentile too short, nor as much as 1 % too long', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil((percent * values.length) / 100) - 1]!;
        const told = percentile(distributionOf(values), percent)!;
        expect(told).toBeGreaterThanOrEqual(exact);
        expect(told).toBeLessThanOrEqual(exact < 1000 ? exact : exact * 1.01);
        expect(told).toBeLessThanOrEqual(sorted.at(-1)!);
      }),
    );
  });

  it('are the same in any order and however they are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(duration, { maxLength: 50 }), { minLength: 2, maxLength: 6 }),
        (parts) => {
          const whole = distributionOf(parts.flat().reverse());
          expect(totalOf(parts.map(distributionOf))).toEqual(whole);
          const [first, ...rest] = parts.map(distributionOf);
          expect(totalOf([totalOf(rest)!, first!])).toEqual(whole);
        },
      ),
    );
  });

  it('survive JSON', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const distribution = distributionOf(values);
        expect(JSON.parse(JSON.stringify(distribution))).toEqual(distribution);
      }),
    );
  });

  it('have a histogram that counts every duration where it belongs, in few bins', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const bins = histogram(distributionOf(values));
        for (const [i, { fromNs, belowNs, count }] of bins.entries()) {
          expect(count).toBe(values.filter((ns) => ns >= fromNs && ns < belowNs).length);
          if (i > 0) expect(fromNs).toBe(bins[i - 1]!.belowNs);
        }
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        expect(bins.at(0)!.count > 0 && bins.at(-1)!.count > 0).toBe(true);
        expect(bins.length).toBeLessThanOrEqual(17);
      }),
    );
  });
});
