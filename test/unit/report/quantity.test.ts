import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/report/excerpt.ts';
import {
  formatCount,
  formatCounted,
  formatDuration,
  formatShare,
  type Rounding,
} from '../../../src/report/quantity.ts';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
    [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
  ])('%d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('puts one thing in the singular only', () => {
    expect([0, 1, 2].map((count) => formatCounted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1_000, '1.00 us'],
    [9_994, '9.99 us'],
    [9_996, '10.0 us'],
    [46_000, '46.0 us'],
    [99_949, '99.9 us'],
    [99_951, '100 us'],
    [999_499, '999 us'],
    [999_500, '1.00 ms'],
    [1_410_000, '1.41 ms'],
    [999_500_000, '1.00 s'],
    [75_300_000_000, '75.3 s'],
    [1_234_000_000_000, '1,234 s'],
  ])('%d ns is %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });
});

describe('formatShare', () => {
  it.each<[number, Rounding, string]>([
    [0, 'up', '0 %'],
    [1, 'down', '100 %'],
    [0.45072, 'up', '45.1 %'],
    [0.45072, 'nearest', '45.1 %'],
    [0.45072, 'down', '45.0 %'],
    [0.47817, 'down', '47.8 %'],
    [0.9999, 'up', '100 %'],
    [0.9999, 'down', '99.9 %'],
    // On a step already: outward is no step further, although 0.451 * 1000 is above 451.
    [0.451, 'up', '45.1 %'],
    [0.451, 'down', '45.1 %'],
    // Below one per cent two digits count, or every small bound would be 0.1 %.
    [0.00996975, 'up', '1.00 %'],
    [0.00996975, 'down', '0.99 %'],
    [0.0000029957, 'up', '0.00030 %'],
    [0.00000002531, 'down', '0.0000025 %'],
  ])('%d rounded %s is %s', (share, rounding, text) => {
    expect(formatShare(share, rounding)).toBe(text);
  });
});

describe('excerpt', () => {
  it('leaves names alone and says how long the others are', () => {
    expect(excerpt('semaphore')).toBe('semaphore');
    expect(excerpt('x'.repeat(10_000), 5)).toBe('xxxxx... (10000 characters)');
  });

  it('never cuts a character in two', () => {
    expect(excerpt('\u{1f600}\u{1f601}\u{1f602}', 2)).toBe('\u{1f600}\u{1f601}... (3 characters)');
  });
});
