import { expect, test } from 'vitest';
import { compareGoReleases, parseGoRelease } from '../../../src/experiment/go-release.ts';

test.each([
  ['go1.9.7', { major: 1, minor: 9, patch: 7, counterfactual: null }],
  ['go1.4', { major: 1, minor: 4, patch: 0, counterfactual: null }],
  ['go1.27rc1', { major: 1, minor: 27, patch: 0, counterfactual: null }],
  ['go1.27-devel_0a1b2c', { major: 1, minor: 27, patch: 0, counterfactual: null }],
  ['go1.26.8 X:jsonv2', { major: 1, minor: 26, patch: 8, counterfactual: null }],
  ['go1.26.8+legacy-close', { major: 1, minor: 26, patch: 8, counterfactual: 'legacy-close' }],
])('%s', (name, expected) => {
  expect(parseGoRelease(name)).toEqual(expected);
});

test.each(['', '1.9.7', 'go1', 'go1.', 'go1.9.7.1', 'devel +abc', 'gccgo', 'go1.99999', 'xgo1.9.7'])(
  '%j is no release',
  (name) => {
    expect(parseGoRelease(name)).toBeNull();
  },
);

test('1.10 is newer than 1.9: numbers, not text', () => {
  const order = ['go1.4.3', 'go1.9', 'go1.9.7', 'go1.10', 'go1.10.8', 'go1.26.8'].map((name) => {
    const release = parseGoRelease(name);
    if (release === null) throw new RangeError(name);
    return release;
  });
  expect(order.toReversed().sort(compareGoReleases)).toEqual(order);
});
