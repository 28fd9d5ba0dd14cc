import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countGo } from '../../../../scripts/results/go-results.ts';
import type { Machine } from '../../../../scripts/skip-policy.ts';

const ordinaryUser: Machine = { isRoot: false, hasProgram: () => false, kind: 'any' };
const recording = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'recordings', name), 'utf8');

// Recorded with `go test -count=1 -json ./...` on a module of two packages: one with a passing and a skipping
// subtest, a failing subtest and a failing test of its own; one that does not compile. Time stamps taken out.
describe.each(['mixed-go1.21.13.ndjson', 'mixed-go1.26.8.ndjson'])('%s', (name) => {
  it('counts leaves, and a package that does not build as one failure', () => {
    const count = countGo(recording(name), ordinaryUser);
    expect(count).toMatchObject({ passed: 1, failed: 3, skipped: 1 });
    expect(count.lines.map((line) => line.split('\n')[0])).toEqual(
      expect.arrayContaining([
        'skipped: example.org/mixed/a TestP/y: missing: root (no)',
        'failed: example.org/mixed/a TestF/x',
        'failed: example.org/mixed/a TestG',
        expect.stringContaining('example.org/mixed/b'),
      ]),
    );
  });

  it('takes a skip for a failure where the machine has what is said to be missing', () => {
    const count = countGo(recording(name), { ...ordinaryUser, isRoot: true });
    expect(count).toMatchObject({ passed: 1, failed: 4, skipped: 1 });
  });

  it('counts a test that never ended as failed, so that a cut stream is not green', () => {
    const text = recording(name);
    const { passed, lines } = countGo(text.slice(0, text.indexOf('--- PASS: TestP/x')), ordinaryUser);
    expect(passed).toBe(0);
    expect(lines.join('\n')).toContain('failed: example.org/mixed/a TestP/x');
  });
});
