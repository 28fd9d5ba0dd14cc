import { describe, expect, test } from 'vitest';
import { releasesOfLine, selectReleases } from '../../../src/experiment/release-range.ts';

const known = [
  'go1.10',
  'go1.9.7',
  'go1.9',
  'go1.3.3',
  'go1.4.3',
  'go1.10.8',
  'go1.26rc1',
  'go1.26.8',
  'go1.26.8',
  'go1.26.8+legacy-close',
  'gccgo',
];

describe('releases of a range', () => {
  test('the newest patch of every minor, oldest first', () => {
    expect(selectReleases(known, { from: 'go1.4', to: null, patches: 'newest' })).toEqual([
      'go1.4.3',
      'go1.9.7',
      'go1.10.8',
      'go1.26.8',
    ]);
  });

  test('every patch', () => {
    expect(selectReleases(known, { from: 'go1.9', to: 'go1.10', patches: 'every' })).toEqual([
      'go1.9',
      'go1.9.7',
      'go1.10',
      'go1.10.8',
    ]);
  });

  test('a bound with a patch is that patch', () => {
    expect(selectReleases(known, { from: 'go1.9.1', to: 'go1.10.0', patches: 'every' })).toEqual([
      'go1.9.7',
      'go1.10',
    ]);
  });

  test('nothing in the range, nothing chosen', () => {
    expect(selectReleases(known, { from: 'go1.27', to: null, patches: 'newest' })).toEqual([]);
    expect(selectReleases([], { from: 'go1.4', to: null, patches: 'every' })).toEqual([]);
  });

  test('the line of a release', () => {
    expect(releasesOfLine(known, 'go1.9.4')).toEqual(['go1.9', 'go1.9.7']);
    expect(releasesOfLine(known, 'go1.11')).toEqual([]);
  });
});
