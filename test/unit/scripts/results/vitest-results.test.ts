import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatCount } from '../../../../scripts/results/test-count.ts';
import { countVitest } from '../../../../scripts/results/vitest-results.ts';

// Recorded with `vitest run --reporter=json` on three files: one test each that passes, fails, skips itself, is
// skipped and is planned; a file that can not be loaded; a file whose beforeAll throws.
const recording = readFileSync(join(import.meta.dirname, '..', 'recordings', 'mixed-vitest.json'), 'utf8');

it('counts tests, and each file without a failed test to show for its failure', () => {
  const count = countVitest(recording);
  expect(formatCount(count)).toBe('1 passed, 3 failed, 4 skipped');
  expect(count.lines).toEqual(['test/broken.test.ts', 'test/hook.test.ts']);
});

it('does not take a cut document for an empty one', () => {
  expect(() => countVitest(recording.slice(0, -2))).toThrow();
});
