import { expect, test } from 'vitest';
import { explainAptFailure } from '../../../../harness/tracers/apt-failure.ts';

const end = { exitCode: 100, timedOut: false, stderr: '' };

// The words are those of apt 2.6.
test.each([
  [
    'E: Release file for http://m.example/debian/dists/forky/InRelease is expired (invalid since 17d 2h 36min 6s). Updates for this repository will not be applied.',
    'set the clock, or use a mirror that is up to date',
  ],
  [
    "W: GPG error: http://m.example/debian forky InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9\nE: The repository 'http://m.example/debian forky InRelease' is not signed.",
    'update the package debian-archive-keyring',
  ],
  [
    "E: Failed to fetch http://m.example/debian/dists/forky/InRelease  Temporary failure resolving 'm.example'",
    'run make setup again with a network',
  ],
  [
    "E: The repository 'http://m.example/debian nosuch Release' does not have a Release file.",
    'does not have the suite',
  ],
  ['E: Unable to locate package dtrace', 'does not have the suite or the package'],
  [
    'E: Failed to fetch https://m.example/debian/dists/forky/InRelease  Certificate verification failed: The certificate is NOT trusted.',
    'install or update the package ca-certificates',
  ],
  ["E: You don't have enough free space in /c/apt/cache/archives/.", 'make room'],
  ['E: Something never seen before', 'apt-get failed (E: Something never seen before)'],
])('%s', (stderr, words) => {
  expect(explainAptFailure({ ...end, stderr })).toContain(words);
});

test('one line, with apt’s own', () => {
  const line = explainAptFailure({ ...end, stderr: 'W: a\nE: Unable to locate package dtrace\nE: b\n' });
  expect(line).not.toContain('\n');
  expect(line).toContain('(E: Unable to locate package dtrace)');
});

test('without an end or without words', () => {
  expect(explainAptFailure({ ...end, timedOut: true })).toContain('did not end in time');
  expect(explainAptFailure(end)).toBe('apt-get failed (exit code 100)');
});
