import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeVerdicts, verdicts } from '../../src/verdict/verdict.ts';

const verdict = fc.constantFrom(...verdicts);

test('merging verdicts is commutative, associative and idempotent, with clean as its neutral element', () => {
  fc.assert(
    fc.property(verdict, verdict, verdict, (a, b, c) => {
      expect(mergeVerdicts(a, b)).toBe(mergeVerdicts(b, a));
      expect(mergeVerdicts(a, mergeVerdicts(b, c))).toBe(mergeVerdicts(mergeVerdicts(a, b), c));
      expect(mergeVerdicts(a, a)).toBe(a);
      expect(mergeVerdicts(a, 'clean')).toBe(a);
    }),
  );
});

test('merging never hides a doubt behind a clean run', () => {
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1 }), (list) => {
      const merged = list.reduce(mergeVerdicts);
      expect(merged === 'clean').toBe(list.every((each) => each === 'clean'));
    }),
  );
});
