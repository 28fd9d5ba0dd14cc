import { describe, expect, it } from 'vitest';
import { pieceOf } from '../../../../../harness/tracers/ebpf/record-cursor.ts';
import { createRecordWindow } from '../../../../../harness/tracers/ebpf/record-window.ts';
import { randomFromSeed } from '../../../../../src/experiment/random.ts';

/** Many records in one piece, as they are in a trace: what comes out is where they lie. */
const piece = pieceOf(new Uint8Array(0));

function putThrough(
  times: readonly number[],
  windowNs: number,
): { readonly number: number; readonly at: number }[] {
  const out: { number: number; at: number }[] = [];
  const window = createRecordWindow(windowNs, (from, number, at) => {
    expect(from).toBe(piece);
    out.push({ number, at });
  });
  for (const [number, at] of times.entries()) window.push(piece, number, at);
  window.drain();
  return out;
}

describe('createRecordWindow', () => {
  it('puts records in order that are late by less than the window, equal ones as they came, and loses none', () => {
    const random = randomFromSeed('record window');
    // More than it has room for at first.
    const times = Array.from({ length: 30_000 }, (_, number) => 10 * number + 10 * random.below(40));
    const expected = times.map((at, number) => ({ number, at })).sort((a, b) => a.at - b.at);
    expect(putThrough(times, 400)).toEqual(expected);
    expect(putThrough(times, 1e9)).toEqual(expected);
  });

  it('puts those in order that came from the last to the first', () => {
    const times = Array.from({ length: 30_000 }, (_, number) => 30_000 - number);
    const order = putThrough(times, 1e9).map(({ at }) => at);
    expect(order).toEqual(times.toReversed());
  });

  it('hands on what came too late with the time up to which others had been handed on', () => {
    expect(putThrough([0, 1000, 5000, 10], 1000).map(({ number, at }) => [number, at])).toEqual([
      [0, 0],
      [1, 1000],
      [3, 4000],
      [2, 5000],
    ]);
  });

  it('holds back what others may still precede, however many there are', () => {
    const seen: number[] = [];
    const window = createRecordWindow(100, (_from, _start, at) => seen.push(at));
    for (let at = 0; at <= 1000; at += 10) window.push(piece, 0, at);
    expect(seen.at(-1)).toBeLessThanOrEqual(900);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(890);
    window.drain();
    expect(seen.at(-1)).toBe(1000);
  });
});
