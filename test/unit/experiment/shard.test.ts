import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planSession } from '../../../src/experiment/plan.ts';
import type { PlannedBlock } from '../../../src/experiment/plan.ts';
import { placesOf, takeShard } from '../../../src/experiment/shard.ts';

const arm = (variant: string) =>
  ({ variant, toolchain: 'go1.9.7', tracer: 'dtrace', expected: null, role: null }) as const;

function planOf(arms: number, runsPerArm: number, warmUpRuns = 0) {
  const names = Array.from({ length: arms }, (_, index) => arm(`v${index}`));
  return planSession({ seed: 'one', arms: names, beside: 'untraced', runsPerArm, warmUpRuns });
}

function countedRuns(blocks: readonly PlannedBlock[]) {
  return blocks.filter(({ purpose }) => purpose === 'counted').flatMap(({ runs }) => runs);
}

const shape = fc.record({
  arms: fc.integer({ min: 1, max: 5 }),
  runs: fc.integer({ min: 1, max: 12 }),
  of: fc.integer({ min: 1, max: 30 }),
});

describe('the shards of a plan', () => {
  test('have every counted run once, by the name it has in the whole plan', () => {
    fc.assert(
      fc.property(shape, ({ arms, runs, of }) => {
        const plan = planOf(arms, runs);
        const shards = shardsOf(of).map((shard) => countedRuns(takeShard(plan, runs, shard)));
        const byName = (a: { run: string }, b: { run: string }) => Number(a.run) - Number(b.run);
        expect(shards.flat().sort(byName)).toEqual([...countedRuns(plan.blocks)].sort(byName));
      }),
    );
  });

  test('have a fair part of every arm, and of all together', () => {
    fc.assert(
      fc.property(shape, ({ arms, runs, of }) => {
        const plan = planOf(arms, runs);
        const shards = shardsOf(of).map((shard) => countedRuns(takeShard(plan, runs, shard)));
        const totals = shards.map((shard) => shard.length);
        expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1);
        for (const index of plan.arms.keys()) {
          const parts = shards.map((shard) => shard.filter((run) => run.arm === index).length);
          expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('keep the order of the plan, and its blocks', () => {
    const plan = planOf(3, 8);
    for (const shard of shardsOf(3)) {
      const blocks = takeShard(plan, 8, shard);
      expect(blocks.map(({ tracer }) => tracer)).toEqual(['none', 'dtrace', 'none']);
      const names = countedRuns(blocks).map(({ run }) => Number(run));
      expect(names).toEqual([...names].sort((a, b) => a - b));
    }
  });

  test('each do the warm-up, of the arms that they run', () => {
    const plan = planOf(2, 4, 1);
    const warmUp = (index: number) => takeShard(plan, 4, { index, of: 2 })[0];
    expect(warmUp(1)).toEqual(plan.blocks[0]);
    expect(warmUp(2)).toEqual(plan.blocks[0]);
    // 2 arms, traced and untraced, of one run: each of four shards has one run, of one arm.
    const small = planOf(2, 1, 1);
    const warmed = shardsOf(4).map((shard) => {
      const blocks = takeShard(small, 1, shard).filter(({ purpose }) => purpose === 'warm-up');
      return blocks.flatMap(({ runs }) => runs.map((run) => run.arm));
    });
    expect(warmed).toEqual([[0], [1], [2], [3]]);
  });
});

test('the places of a shard follow from its number alone', () => {
  fc.assert(
    fc.property(shape, ({ arms, runs, of }) => {
      for (let index = 0; index < arms; index++) {
        const dealt = shardsOf(of).map((shard) => {
          const { first, count } = placesOf(index, runs, shard);
          return Array.from({ length: count }, (_, turn) => first + turn * of);
        });
        const all = dealt.flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: runs }, (_, place) => place));
      }
    }),
  );
});

function shardsOf(of: number) {
  return Array.from({ length: of }, (_, index) => ({ index: index + 1, of }));
}
