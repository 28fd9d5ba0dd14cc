import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundForZero, clopperPearson } from '../../src/statistics/proportion.ts';
import { logProbability } from '../../src/statistics/binomial.ts';

const counts = fc
  .integer({ min: 1, max: 10_000 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

describe('clopperPearson', () => {
  it('is an interval around the share that was seen', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const { low, high } = clopperPearson(successes, trials);
        expect(low >= 0 && low <= successes / trials && successes / trials <= high && high <= 1).toBe(true);
      }),
    );
  });

  it('does not care which of the two answers is called a success', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const one = clopperPearson(successes, trials);
        const other = clopperPearson(trials - successes, trials);
        expect(Math.abs(one.low + other.high - 1)).toBeLessThan(1e-13);
        expect(Math.abs(one.high + other.low - 1)).toBeLessThan(1e-13);
      }),
    );
  });

  it('moves up with every success and down with every failure', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const here = clopperPearson(successes, trials);
        const failedOnce = clopperPearson(successes, trials + 1);
        const succeededOnce = clopperPearson(successes + 1, trials + 1);
        expect(failedOnce.high <= here.high && failedOnce.low <= here.low).toBe(true);
        expect(succeededOnce.low >= here.low && succeededOnce.high >= here.high).toBe(true);
        expect(succeededOnce.low).toBeGreaterThan(failedOnce.low);
        expect(succeededOnce.high).toBeGreaterThan(failedOnce.high);
      }),
    );
  });

  it('covers the true share in at least 95 of 100 experiments, counted exactly', () => {
    const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), share, (trials, p) => {
        let covered = 0;
        for (let successes = 0; successes <= trials; successes++) {
          const { low, high } = clopperPearson(successes, trials);
          if (low <= p && p <= high) covered += Math.exp(logProbability(successes, trials, p));
        }
        expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-12);
      }),
    );
  });

  it('covers the true share in a simulation with a fixed seed', () => {
    const random = mulberry32(20160718);
    for (const [trials, p] of [
      [5, 0.6],
      [20, 0.1],
      [100, 0.03],
    ] as const) {
      let covered = 0;
      for (let experiment = 0; experiment < 4000; experiment++) {
        let successes = 0;
        for (let trial = 0; trial < trials; trial++) if (random() < p) successes++;
        const { low, high } = clopperPearson(successes, trials);
        if (low <= p && p <= high) covered++;
      }
      expect(covered / 4000).toBeGreaterThanOrEqual(0.95);
      expect(covered / 4000).toBeLessThan(1);
    }
  });
});

describe('boundForZero', () => {
  it('falls with every run, and lies below the two-sided end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (trials) => {
        expect(boundForZero(trials + 1)).toBeLessThan(boundForZero(trials));
        expect(boundForZero(trials)).toBeLessThan(clopperPearson(0, trials).high);
      }),
    );
  });
});

/** A small generator of 32-bit state, so that the simulation is the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
