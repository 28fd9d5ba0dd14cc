import { describe, expect, it } from 'vitest';
import { createRecordWindow } from '../../../../../harness/tracers/ebpf/record-window.ts';
import { randomFromSeed } from '../../../../../src/experiment/random.ts';

/** A record that is its own size long and holds its number. */
function recordOf(number: number, size = 64): DataView {
  const record = new DataView(new ArrayBuffer(size));
  record.setUint16(0, size, true);
  record.setUint32(4, number, true);
  return record;
}

function putThrough(
  times: readonly number[],
  windowNs: number,
  sizeOf: (number: number) => number,
): { readonly number: number; readonly at: number; readonly size: number }[] {
  const out: { number: number; at: number; size: number }[] = [];
  const window = createRecordWindow(windowNs, (record, at) => {
    out.push({ number: record.getUint32(4, true), at, size: record.byteLength });
  });
  for (const [number, at] of times.entries()) window.push(recordOf(number, sizeOf(number)), at);
  window.drain();
  return out;
}

describe('createRecordWindow', () => {
  it('puts records in order that are late by less than the window, equal ones as they came, and loses none', () => {
    const random = randomFromSeed('record window');
    // 3 MB, more than it has room for at first, in records of many sizes.
    const times = Array.from({ length: 30_000 }, (_, number) => 10 * number + 10 * random.below(40));
    const sizeOf = (number: number): number => 24 + (number % 150);
    const expected = times
      .map((at, number) => ({ number, at, size: sizeOf(number) }))
      .sort((a, b) => a.at - b.at);
    expect(putThrough(times, 400, sizeOf)).toEqual(expected);
    expect(putThrough(times, 1e9, sizeOf)).toEqual(expected);
  });

  it('hands on what came too late with the time up to which others had been handed on', () => {
    expect(putThrough([0, 1000, 5000, 10], 1000, () => 24).map(({ number, at }) => [number, at])).toEqual([
      [0, 0],
      [1, 1000],
      [3, 4000],
      [2, 5000],
    ]);
  });

  it('holds back what others may still precede, however many there are', () => {
    const seen: number[] = [];
    const window = createRecordWindow(100, (_, at) => seen.push(at));
    for (let at = 0; at <= 1000; at += 10) window.push(recordOf(at), at);
    expect(seen.at(-1)).toBeLessThanOrEqual(900);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(890);
    window.drain();
    expect(seen.at(-1)).toBe(1000);
  });
});
