import { describe, expect, test } from 'vitest';
import { nextBorderStep } from '../../../src/experiment/release-border.ts';
import type { BorderStep } from '../../../src/experiment/release-border.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';

/** Runs what is asked for, against a truth that is known, until the search ends. */
function search(truth: readonly Verdict[]): { readonly end: BorderStep; readonly ran: readonly string[] } {
  const releases = truth.map((_, index) => `go1.${index}`);
  const seen = new Map<string, Verdict>();
  for (let runs = 0; runs <= truth.length; runs++) {
    const step = nextBorderStep(releases, seen);
    if (step.kind !== 'run') return { end: step, ran: [...seen.keys()] };
    seen.set(step.release, truth[releases.indexOf(step.release)] ?? 'unknown');
  }
  throw new Error('the search ran a release twice');
}

const changingAt = (border: number, length: number): Verdict[] =>
  Array.from({ length }, (_, index) => (index < border ? 'held' : 'clean'));

describe('the border between releases', () => {
  test('is found wherever it lies, in no more runs than halving takes', () => {
    for (let length = 2; length <= 33; length++) {
      for (let border = 1; border < length; border++) {
        const { end, ran } = search(changingAt(border, length));
        expect(end).toEqual({ kind: 'border', last: `go1.${border - 1}`, first: `go1.${border}` });
        expect(ran).toContain(`go1.${border - 1}`);
        expect(ran).toContain(`go1.${border}`);
        expect(ran.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(length - 1)));
      }
    }
  });

  test('is found as well where the newer ones are held', () => {
    expect(search(['clean', 'clean', 'held']).end).toEqual({ kind: 'border', last: 'go1.1', first: 'go1.2' });
  });

  test('there is none between ends that came out alike', () => {
    expect(search(['clean', 'held', 'clean']).end).toEqual({ kind: 'none', verdict: 'clean' });
    expect(search(['held']).end).toEqual({ kind: 'none', verdict: 'held' });
  });

  test('an unknown end, or an unknown middle, ends the search', () => {
    expect(search(['unknown', 'clean']).end).toEqual({ kind: 'undecided', release: 'go1.0' });
    expect(search(['held', 'unknown', 'clean']).end).toEqual({ kind: 'undecided', release: 'go1.1' });
  });

  test('an unknown release that the search does not need does no harm', () => {
    expect(search(['held', 'held', 'held', 'clean', 'unknown', 'clean']).end).toMatchObject({
      kind: 'border',
    });
  });

  test('no releases, no search', () => {
    expect(() => nextBorderStep([], new Map())).toThrow(RangeError);
  });
});
