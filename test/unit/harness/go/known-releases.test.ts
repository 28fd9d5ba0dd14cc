import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  listDownloadedReleases,
  nearestRelease,
  servedReleases,
  sortReleases,
} from '../../../../harness/go/known-releases.ts';

test.each([
  ['go1.6.3', 'go1.6.4'],
  ['go1.4', 'go1.4.3'],
  ['go1.9.7', 'go1.8.7'],
  ['go1.15.15', 'go1.14.15'],
  ['go1.16.1', 'go1.16.15'],
  ['go1.99.4', 'go1.27.4'],
])('the nearest to %s is %s', (name, expected) => {
  expect(nearestRelease(name, servedReleases)).toBe(expected);
});

test('several of one line: the nearest patch in the line asked for, the newest of another line', () => {
  expect(nearestRelease('go1.9.3', ['go1.9.7', 'go1.9.2', 'go1.10.8'])).toBe('go1.9.2');
  expect(nearestRelease('go1.8.3', ['go1.9.2', 'go1.9.7'])).toBe('go1.9.7');
  expect(nearestRelease('go1.9.3', [])).toBeNull();
});

test('what the module cache holds needs no network', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  try {
    expect(await listDownloadedReleases(cache)).toEqual([]);
    for (const name of [
      'toolchain@v0.0.1-go1.9.7.linux-amd64',
      'x',
      'toolchain@v0.0.1-go1.27rc1.linux-arm64',
    ]) {
      mkdirSync(join(cache, 'golang.org', name), { recursive: true });
    }
    expect((await listDownloadedReleases(cache)).toSorted()).toEqual(['go1.27rc1', 'go1.9.7']);
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test('releases are sorted by their numbers, and what is none is left out', () => {
  expect(sortReleases(['go1.10.8', 'go1.9.7', 'tip', 'go1.27rc1', 'go1.9.10', 'go1.26.8'])).toEqual([
    'go1.9.7',
    'go1.9.10',
    'go1.10.8',
    'go1.26.8',
    'go1.27rc1',
  ]);
});
