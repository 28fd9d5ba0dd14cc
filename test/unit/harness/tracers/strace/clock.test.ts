import { expect, test } from 'vitest';
import { createClock, earliest } from '../../../../../harness/tracers/strace/clock.ts';
import type { Stamp } from '../../../../../harness/tracers/strace/clock.ts';

const stamp = (kind: Stamp['kind'], seconds: number, fractionNs = 0): Stamp => ({
  kind,
  seconds,
  fractionNs,
  isWhole: fractionNs === 0,
});
const read = (...stamps: (Stamp | null)[]): number[] => {
  const clock = createClock();
  return stamps.map((each) => clock.read(each));
};

test('nanoseconds since 1970 lose nothing', () => {
  expect(
    read(
      stamp('epoch', 1_795_430_663, 999_999_999),
      stamp('epoch', 1_795_430_664, 1),
      stamp('epoch', 1_795_430_664, 2),
    ),
  ).toEqual([0, 2, 3]);
});

test('relative stamps add up', () => {
  expect(read(stamp('relative', 0), stamp('relative', 0, 90_000), stamp('relative', 1, 5))).toEqual([
    0, 90_000, 1_000_090_005,
  ]);
});

test('midnight comes after 23:59:59', () => {
  expect(read(stamp('day', 86_399), stamp('day', 1), stamp('day', 2))).toEqual([0, 2e9, 3e9]);
});

test('without stamps the lines are counted', () => {
  expect(read(null, null, null)).toEqual([1, 2, 3]);
});

test('a clock that is set back is noted, and time goes on from there', () => {
  const clock = createClock();
  const times = [100, 110, 50, 51].map((seconds) => clock.read(stamp('epoch', 1e9 + seconds)));
  expect(times).toEqual([0, 10e9, 10e9, 11e9]);
  expect(clock.ranBackwards).toBe(true);
});

test('a stamp out of any sense does not count', () => {
  expect(read(stamp('epoch', 1e9), stamp('epoch', 1e15), stamp('epoch', 1e9 + 1))).toEqual([0, 0, 1e9]);
});

test('the first of several, on both sides of midnight', () => {
  expect(earliest([])).toBeNull();
  expect(earliest([stamp('epoch', 1e9 + 2), stamp('epoch', 1e9, 5), stamp('epoch', 1e9, 7)])).toEqual(
    stamp('epoch', 1e9, 5),
  );
  expect(earliest([stamp('day', 5), stamp('day', 86_390), stamp('day', 86_395)])).toEqual(
    stamp('day', 86_390),
  );
});
