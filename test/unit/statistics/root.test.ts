import { describe, expect, it } from 'vitest';
import { solve, type Step } from '../../../src/statistics/root.ts';

const squareRootOfTwo = (next: (x: number) => number): { calls: number; root: number } => {
  let calls = 0;
  const newton = (x: number): Step => {
    calls++;
    return { side: x * x > 2 ? 'too high' : 'too low', next: next(x) };
  };
  return { root: solve({ low: 0, high: 100 }, newton, (x) => 1e-15 * x), calls };
};

describe('solve', () => {
  it('takes the steps of Newton where they stay inside the bracket', () => {
    const { root, calls } = squareRootOfTwo((x) => x - (x * x - 2) / (2 * x));
    expect(Math.abs(root - Math.SQRT2)).toBeLessThan(1e-15);
    expect(calls).toBeLessThan(15);
  });

  it.each([
    ['no number', () => Number.NaN],
    ['outside', () => 1e9],
    ['the wrong way', (x: number) => x + (x * x - 2)],
  ])('halves the bracket where the step is %s', (_name, next) => {
    expect(squareRootOfTwo(next).root).toBeCloseTo(Math.SQRT2, 14);
  });

  it('ends at an end of the bracket where there is no root', () => {
    const newton = (): Step => ({ side: 'too low', next: Number.NaN });
    expect(solve({ low: 0, high: 1 }, newton, () => 0)).toBeCloseTo(1, 12);
  });
});
