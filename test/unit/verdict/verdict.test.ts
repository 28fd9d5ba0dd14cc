import { describe, expect, it } from 'vitest';
import { mergeVerdicts } from '../../../src/verdict/verdict.ts';

describe('merging verdicts', () => {
  it.each([
    ['clean', 'clean', 'clean'],
    ['clean', 'unknown', 'unknown'],
    ['clean', 'held', 'held'],
    ['unknown', 'unknown', 'unknown'],
    ['unknown', 'held', 'held'],
    ['held', 'held', 'held'],
  ] as const)('%s and %s is %s', (a, b, worst) => {
    expect(mergeVerdicts(a, b)).toBe(worst);
  });
});
