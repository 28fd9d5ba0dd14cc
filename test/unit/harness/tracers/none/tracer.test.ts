import { expect, test } from 'vitest';
import { none } from '../../../../../harness/tracers/none/tracer.ts';

test('the launcher is started as it is', () => {
  const plan = none.command({ directory: '/d', launcher: ['/l', 'a b'], installation: {} });
  expect(plan).toEqual({ argv: ['/l', 'a b'], env: {}, files: [], rawTrace: null });
});

test('it has claims and no evidence', () => {
  expect(none.evidence).toBe('claims');
});
