import { describe, expect, it } from 'vitest';
import { disagreements } from '../../../src/verdict/claims.ts';

const counts = { cycles: 1, binds: 2, closes: 3, addressInUse: 4, marks: 5 };

describe('claims against the trace', () => {
  it('agree when every count is the same', () => {
    expect(disagreements(counts, counts)).toEqual([]);
  });

  it.each([
    { key: 'cycles', sentence: 'the program claims 9 cycles, the trace shows 1' },
    { key: 'binds', sentence: 'the program claims 9 binds, the trace shows 2' },
    { key: 'closes', sentence: 'the program claims 9 closes, the trace shows 3' },
    { key: 'addressInUse', sentence: 'the program claims 9 EADDRINUSE, the trace shows 4' },
    { key: 'marks', sentence: 'the program claims 9 marks, the trace shows 5' },
  ])('disagree when $key differ', ({ key, sentence }) => {
    expect(disagreements({ ...counts, [key]: 9 }, counts)).toEqual([sentence]);
  });
});
