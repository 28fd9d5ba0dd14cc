import { describe, expect, test } from 'vitest';
import { planSession } from '../../../src/experiment/plan.ts';
import type { Plan, PlanRequest } from '../../../src/experiment/plan.ts';
import { shuffle, splitMix64 } from '../../../src/experiment/random.ts';

const request: PlanRequest = {
  seed: 'one',
  arms: [
    { variant: 'unfixed', toolchain: 'go1.9.7', tracer: 'dtrace', expected: 'held', role: null },
    { variant: 'semaphore', toolchain: 'go1.9.7', tracer: 'dtrace', expected: 'clean', role: null },
    { variant: 'unfixed', toolchain: 'go1.26.8', tracer: 'dtrace', expected: 'clean', role: null },
  ],
  beside: 'untraced',
  runsPerArm: 5,
  warmUpRuns: 0,
};

describe('a traced plan', () => {
  const plan = planSession(request);

  test('has an untraced block before and one after the traced block', () => {
    expect(plan.blocks.map((block) => [block.tracer, block.runs.length])).toEqual([
      ['none', 9],
      ['dtrace', 15],
      ['none', 6],
    ]);
  });

  test('runs each arm as often as was asked for, and only under its own tracer', () => {
    const runsOfArm = countRuns(plan);
    expect(runsOfArm).toEqual([5, 5, 5, 5, 5, 5]);
    for (const block of plan.blocks) {
      for (const run of block.runs) expect(plan.arms[run.arm]?.tracer).toBe(block.tracer);
    }
  });

  test('interleaves: every round of a block holds each arm once', () => {
    for (const block of plan.blocks) {
      for (let start = 0; start < block.runs.length; start += 3) {
        const round = block.runs.slice(start, start + 3).map((run) => run.arm % 3);
        expect([...round].sort()).toEqual([0, 1, 2]);
      }
    }
  });

  test('names runs in the order of execution', () => {
    const names = plan.blocks.flatMap((block) => block.runs.map((run) => run.run));
    expect(names.slice(0, 2)).toEqual(['0001', '0002']);
    expect(names.at(-1)).toBe('0030');
    expect(new Set(names).size).toBe(30);
  });

  test('expects nothing of untraced arms', () => {
    expect(plan.arms.filter((arm) => arm.tracer === 'none').map((arm) => arm.expected)).toEqual([
      null,
      null,
      null,
    ]);
    expect(plan.arms.slice(0, 3).map((arm) => arm.expected)).toEqual(['held', 'clean', 'clean']);
  });
});

test('without a tracer there is one block', () => {
  const arms = request.arms.map((arm) => ({ ...arm, tracer: 'none', expected: null }));
  const plan = planSession({ ...request, arms });
  expect(plan.blocks.map((block) => [block.tracer, block.runs.length])).toEqual([['none', 15]]);
  expect(plan.arms.every((arm) => arm.expected === null && arm.tracer === 'none')).toBe(true);
});

test('one run per arm leaves no empty block behind', () => {
  expect(planSession({ ...request, runsPerArm: 1 }).blocks.map((block) => block.tracer)).toEqual([
    'none',
    'dtrace',
  ]);
});

test('two tracers have a block each, and one untraced arm between them', () => {
  const [unfixed] = request.arms;
  const plan = planSession({ ...request, arms: [unfixed!, { ...unfixed!, tracer: 'strace' }] });
  expect(plan.arms.map(({ tracer, expected }) => [tracer, expected])).toEqual([
    ['dtrace', 'held'],
    ['strace', 'held'],
    ['none', null],
  ]);
  expect(plan.blocks.map((block) => [block.tracer, block.runs.length])).toEqual([
    ['none', 3],
    ['dtrace', 5],
    ['strace', 5],
    ['none', 2],
  ]);
});

test('an untraced run of a command that says nothing about itself would say nothing', () => {
  const [unfixed] = request.arms;
  const plan = planSession({ ...request, arms: [{ ...unfixed!, variant: 'server', toolchain: null }] });
  expect(plan.blocks.map((block) => block.tracer)).toEqual(['dtrace']);
});

test('the warm-up comes first, and is the same however many runs follow', () => {
  const warmed = { ...request, warmUpRuns: 2 };
  const short = planSession({ ...warmed, runsPerArm: 0 }).blocks;
  expect(short.map((block) => [block.purpose, block.tracer, block.runs.length])).toEqual([
    ['warm-up', 'dtrace', 6],
    ['warm-up', 'none', 6],
  ]);
  const long = planSession(warmed).blocks;
  expect(long.slice(0, 2)).toEqual(short);
  expect(long.slice(2).map((block) => [block.purpose, block.runs.length])).toEqual([
    ['counted', 9],
    ['counted', 15],
    ['counted', 6],
  ]);
});

test('the seed decides the order, and nothing else does', () => {
  expect(planSession(request)).toEqual(planSession(request));
  const orders = new Set(
    Array.from({ length: 20 }, (_, seed) =>
      JSON.stringify(planSession({ ...request, seed: String(seed) }).blocks),
    ),
  );
  expect(orders.size).toBe(20);
});

test('the order of one seed is written down: a change of the generator would break old sessions', () => {
  expect(
    planSession(request)
      .blocks[0]?.runs.map((run) => run.arm)
      .join(''),
  ).toBe('453345543');
});

describe('the generator', () => {
  test("gives SplitMix64's published values", () => {
    // Start 1234567, as in the reference implementation's widely used check values.
    const random = splitMix64(1234567n);
    expect([random.next(), random.next(), random.next()]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });

  test('shuffles without a preference for any order', () => {
    const random = splitMix64(1n);
    const seen = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = shuffle(['a', 'b', 'c'], random).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // Expected 1000 each, standard deviation 29: the generator is fixed, so this can not flake.
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });
});

function countRuns(plan: Plan): number[] {
  return plan.arms.map(
    (_, arm) => plan.blocks.flatMap((block) => block.runs).filter((run) => run.arm === arm).length,
  );
}
