import { expect, test } from 'vitest';
import { findTracer, liveTracers, tracers } from '../../../../harness/tracers/index.ts';

test('names are unique, and the one that watches nothing comes last of those that can be asked for', () => {
  const names = tracers.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(liveTracers.at(-1)?.name).toBe('none');
});

test('every tracer is found by its name', () => {
  for (const tracer of tracers) expect(findTracer(tracer.name)).toBe(tracer);
  expect(() => findTracer('nosuch')).toThrow(RangeError);
});
