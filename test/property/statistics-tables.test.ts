import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counts } from '../../src/statistics/counts.ts';
import { fisherTest, twoSidedP } from '../../src/statistics/fisher.ts';
import { holmAdjusted } from '../../src/statistics/holm.ts';
import { oddsRatio } from '../../src/statistics/odds-ratio.ts';
import { exactTable } from '../unit/statistics/exact-table.ts';
import { seededRandom } from './seeded-random.ts';

const counts = (most: number, fewest = 1): fc.Arbitrary<Counts> =>
  fc
    .integer({ min: fewest, max: most })
    .chain((trials) =>
      fc.record({ successes: fc.integer({ min: 0, max: trials }), trials: fc.constant(trials) }),
    );
const others = ({ successes, trials }: Counts): Counts => ({ successes: trials - successes, trials });

describe('fisherTest', () => {
  it('does not care which arm is called the first, nor which answer a success', () => {
    fc.assert(
      fc.property(counts(10_000), counts(10_000), (first, second) => {
        const test = fisherTest(first, second);
        for (const turned of [fisherTest(second, first), fisherTest(others(first), others(second))]) {
          expect(Math.abs(turned.twoSided.logP - test.twoSided.logP)).toBeLessThan(1e-10);
          expect(Math.abs(turned.less.logP - test.greater.logP)).toBeLessThan(1e-10);
          expect(Math.abs(turned.greater.logP - test.less.logP)).toBeLessThan(1e-10);
        }
      }),
    );
  });

  it('falls on one side and rises on the other with every success that moves to the first arm', () => {
    fc.assert(
      fc.property(counts(1000), counts(1000), (first, second) => {
        fc.pre(second.successes > 0 && first.successes < first.trials);
        const moved = fisherTest(
          { ...first, successes: first.successes + 1 },
          { ...second, successes: second.successes - 1 },
        );
        const { less, greater } = fisherTest(first, second);
        expect(moved.greater.logP).toBeLessThan(greater.logP + 1e-12);
        expect(moved.less.logP).toBeGreaterThan(less.logP - 1e-12);
        // The observed table belongs to both sides, and the two sides are all there is.
        expect(less.p + moved.greater.p).toBeCloseTo(1, 10);
      }),
    );
  });

  it('is at least the smaller side, at most 1, and the same when asked for alone', () => {
    fc.assert(
      fc.property(counts(1000, 0), counts(1000, 0), (first, second) => {
        const { twoSided, less, greater } = fisherTest(first, second);
        expect(twoSided.logP).toBeGreaterThanOrEqual(Math.min(less.logP, greater.logP) - 1e-12);
        expect(twoSided.p).toBeLessThanOrEqual(1);
        expect(twoSidedP(first, second)).toBe(twoSided.p);
      }),
    );
  });

  it('calls equal arms different in at most 5 of 100 experiments, counted exactly', () => {
    fc.assert(
      fc.property(counts(40), counts(40), (first, second) => {
        const { least, weights, total } = exactTable(first, second);
        const held = first.successes + second.successes;
        const alarms = weights.filter((_, i) => {
          const table = [
            { ...first, successes: least + i },
            { ...second, successes: held - least - i },
          ] as const;
          return twoSidedP(...table) <= 0.05;
        });
        expect(alarms.reduce((sum, weight) => sum + weight, 0n) * 20n <= total).toBe(true);
      }),
    );
  });
});

describe('oddsRatio', () => {
  it('turns round with the arms and with the answers', () => {
    fc.assert(
      fc.property(counts(10_000), counts(10_000), (first, second) => {
        const { estimate, low, high } = oddsRatio(first, second);
        for (const turned of [oddsRatio(second, first), oddsRatio(others(first), others(second))]) {
          if (high.value === null) expect(turned.low).toBe(0);
          else expect(turned.low * high.value).toBeCloseTo(1, 10);
          if (low === 0) expect(turned.high.kind).toBe('infinite');
          else expect(turned.high.value! * low).toBeCloseTo(1, 10);
          if (estimate.value !== null && estimate.value > 0)
            expect(turned.estimate.value! * estimate.value).toBeCloseTo(1, 10);
        }
      }),
    );
  });

  it('lies inside its interval, and the interval leaves out 1 where a side of the test is below 2.5 %', () => {
    fc.assert(
      fc.property(counts(1000), counts(1000), (first, second) => {
        const { estimate, low, high } = oddsRatio(first, second);
        const top = high.value ?? Infinity;
        if (estimate.kind !== 'undefined') {
          expect(low <= (estimate.value ?? Infinity) && (estimate.value ?? Infinity) <= top).toBe(true);
        }
        const { less, greater } = fisherTest(first, second);
        expect(low > 1).toBe(greater.p < 0.025);
        expect(top < 1).toBe(less.p < 0.025);
      }),
    );
  });

  it('moves up with every success that moves to the first arm', () => {
    fc.assert(
      fc.property(counts(300), counts(300), (first, second) => {
        fc.pre(second.successes > 0 && first.successes < first.trials);
        const here = oddsRatio(first, second);
        const moved = oddsRatio(
          { ...first, successes: first.successes + 1 },
          { ...second, successes: second.successes - 1 },
        );
        expect(moved.low).toBeGreaterThan(here.low);
        expect(moved.high.value ?? Infinity).toBeGreaterThan(here.high.value!);
      }),
    );
  });

  it('covers the true odds ratio in at least 95 of 100 experiments, counted over every table', () => {
    const logOdds = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(counts(30), counts(30), logOdds, (first, second, logTruth) => {
        const truth = Math.exp(logTruth);
        const { least, weights, total } = exactTable(first, second);
        const held = first.successes + second.successes;
        const tilted = weights.map((weight, i) => Number((weight * 10n ** 30n) / total) * truth ** i);
        const covering = tilted.filter((_, i) => {
          const { low, high } = oddsRatio(
            { ...first, successes: least + i },
            { ...second, successes: held - least - i },
          );
          return low <= truth && truth <= (high.value ?? Infinity);
        });
        const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
        expect(sum(covering) / sum(tilted)).toBeGreaterThanOrEqual(0.95 - 1e-9);
      }),
    );
  });

  it('covers the true odds ratio in a simulation with a fixed seed', () => {
    const random = seededRandom(20160718);
    for (const [runs, p, q] of [
      [20, 0.6, 0.2],
      [100, 0.05, 0.03],
    ] as const) {
      const truth = (p / (1 - p)) * ((1 - q) / q);
      const arm = (share: number): Counts => {
        const held = Array.from({ length: runs }, () => random()).filter((draw) => draw < share);
        return { successes: held.length, trials: runs };
      };
      let covered = 0;
      for (let experiment = 0; experiment < 1000; experiment++) {
        const { low, high } = oddsRatio(arm(p), arm(q));
        if (low <= truth && truth <= (high.value ?? Infinity)) covered++;
      }
      expect(covered / 1000).toBeGreaterThanOrEqual(0.95);
      expect(covered / 1000).toBeLessThan(1);
    }
  });
});

describe('holmAdjusted', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

  it('lies between the p-value and that of Bonferroni, in the same order', () => {
    fc.assert(
      fc.property(pValues, (raw) => {
        const adjusted = holmAdjusted(raw);
        for (const [i, p] of raw.entries()) {
          expect(adjusted[i]!).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]!).toBeLessThanOrEqual(Math.min(1, p * raw.length));
          for (const [j, other] of raw.entries())
            if (p <= other) expect(adjusted[i]! <= adjusted[j]!).toBe(true);
        }
      }),
    );
  });

  it('does not care about the order', () => {
    fc.assert(
      fc.property(pValues, (raw) => {
        expect(holmAdjusted([...raw].reverse()).reverse()).toEqual(holmAdjusted(raw));
      }),
    );
  });

  it('rises with every p-value', () => {
    fc.assert(
      fc.property(pValues, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (raw, place, higher) => {
        fc.pre(raw.length > 0);
        const raised = raw.map((p, i) => (i === place % raw.length ? Math.max(p, higher) : p));
        const [before, after] = [holmAdjusted(raw), holmAdjusted(raised)];
        for (const [i, p] of before.entries()) expect(after[i]!).toBeGreaterThanOrEqual(p);
      }),
    );
  });
});
