import { describe, expect, it } from 'vitest';
import { buildReport, type JudgedArm, type ReportInput } from '../../../src/report/build.ts';
import { headline } from '../../../src/report/headline.ts';
import { arms, five, run, session } from './sample-session.ts';

function told(judged: readonly JudgedArm[], end: ReportInput['end'] = { kind: 'completed' }): string[] {
  const { marker, verdict, sentences } = headline(buildReport(session({ arms: judged, end })));
  return [`${marker}: ${verdict}`, ...sentences];
}

const unknownRuns = five((number) => run({ verdict: number > 3 ? 'unknown' : 'clean' }));

describe('headline', () => {
  it('as expected', () => {
    expect(told(Object.values(arms))).toMatchInlineSnapshot(`
      [
        "AS EXPECTED: the race showed where it must, and did not show where it must not.",
        "The race shows: unfixed on go1.9.7 still held a port after closing it in 5 of 5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with EADDRINUSE.",
        "With the fix: semaphore on go1.9.7 was held in 0 of 5 runs (below 45.1 % per run). Its Close still returned before the socket was gone 4,000 times; nothing lingered past the point where it reopens the port.",
        "Clean, as it must be: unfixed on go1.26.8 was held in 0 of 5 runs (below 45.1 % per run).",
        "Clean, as it must be: semaphore on go1.26.8 was held in 0 of 5 runs (below 45.1 % per run).",
      ]
    `);
  });

  it('as expected, but nothing could have gone red', () => {
    expect(told([arms.fixedOld])).toMatchInlineSnapshot(`
      [
        "AS EXPECTED: no arm that must be clean was held; but no arm was run that must be held, so nothing proves that a race would have shown.",
        "Clean, as it must be: semaphore on go1.9.7 was held in 0 of 5 runs (below 45.1 % per run). Its Close still returned before the socket was gone 4,000 times; nothing lingered past the point where it reopens the port.",
      ]
    `);
  });

  it('as expected, only known-bad arms', () => {
    expect(told([arms.unfixedOld])[0]).toMatchInlineSnapshot(
      `"AS EXPECTED: the race showed in every arm that must be held."`,
    );
  });

  it('unexpected: the fix failed', () => {
    expect(told([arms.unfixedOld, { arm: arms.fixedOld.arm, runs: arms.unfixedOld.runs }]))
      .toMatchInlineSnapshot(`
        [
          "UNEXPECTED: a port was still held in 1 arm that must be clean: semaphore on go1.9.7 (5 of 5).",
          "The race shows: unfixed on go1.9.7 still held a port after closing it in 5 of 5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with EADDRINUSE.",
          "Held, and must be clean: semaphore on go1.9.7 still held a port after closing it in 5 of 5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with EADDRINUSE.",
        ]
      `);
  });

  it('inconclusive: the race did not show', () => {
    const silent = { arm: arms.unfixedOld.arm, runs: five(() => run()) };
    expect(told([silent, arms.fixedOld])).toMatchInlineSnapshot(`
      [
        "INCONCLUSIVE: the race did not show in unfixed on go1.9.7 (0 of 5), which must be held, so what is clean proves nothing.",
        "The race did not show: unfixed on go1.9.7 was held in 0 of 5 runs (below 45.1 % per run).",
        "With the fix: semaphore on go1.9.7 was held in 0 of 5 runs (below 45.1 % per run). Its Close still returned before the socket was gone 4,000 times; nothing lingered past the point where it reopens the port.",
      ]
    `);
  });

  it('inconclusive: doubt about a command of which nothing is expected', () => {
    const own = { arm: { ...arms.fixedOld.arm, expected: null }, runs: unknownRuns };
    const question = { kind: 'compare', claim: { below: 0.1, confidence: 0.95 } } as const;
    const { verdict } = headline(buildReport(session({ arms: [arms.unfixedOld, own], question })));
    expect(verdict).toBe('there is doubt about semaphore on go1.9.7 (0 of 5, 2 unknown).');
  });

  it('inconclusive: doubt', () => {
    expect(told([arms.unfixedOld, { arm: arms.fixedOld.arm, runs: unknownRuns }])).toMatchInlineSnapshot(`
      [
        "INCONCLUSIVE: there is doubt about semaphore on go1.9.7 (0 of 5, 2 unknown).",
        "The race shows: unfixed on go1.9.7 still held a port after closing it in 5 of 5 runs (47.8 % to 100 % per run). 1,170 of its 4,000 binds failed with EADDRINUSE.",
        "Not known: semaphore on go1.9.7 was held in 0 of 5 runs, 2 unknown (0 % to 85.4 % per run), and there is doubt.",
      ]
    `);
  });

  it('inconclusive: nothing was traced', () => {
    expect(told([arms.unfixedOldAlone, arms.fixedOldAlone])).toMatchInlineSnapshot(`
      [
        "INCONCLUSIVE: nothing was traced, and what a program says of itself is no evidence.",
        "By its own word: unfixed on go1.9.7 was refused 1,120 of 4,000 binds with EADDRINUSE.",
        "By its own word: semaphore on go1.9.7 was refused 0 of 4,000 binds with EADDRINUSE.",
      ]
    `);
  });

  it('inconclusive: nothing was expected', () => {
    expect(told([{ arm: { ...arms.fixedOld.arm, expected: null }, runs: arms.fixedOld.runs }]))
      .toMatchInlineSnapshot(`
        [
          "INCONCLUSIVE: nothing is expected of what was traced.",
          "Clean: semaphore on go1.9.7 was held in 0 of 5 runs (below 45.1 % per run). Its Close still returned before the socket was gone 4,000 times; nothing lingered past the point where it reopens the port.",
        ]
      `);
  });

  it('interrupted and failed', () => {
    expect(told([arms.unfixedOld], { kind: 'interrupted', signal: 2 })[0]).toMatchInlineSnapshot(
      `"INTERRUPTED: ended by SIGINT; this is what was traced until then."`,
    );
    expect(told([], { kind: 'failed' })).toMatchInlineSnapshot(`
      [
        "FAILED: the environment failed before anything was traced.",
      ]
    `);
  });

  it('names five arms and counts the others', () => {
    const held = [1, 2, 3, 4, 5, 6, 7].map((number) => {
      return { arm: { ...arms.fixedOld.arm, variant: `v${number}` }, runs: arms.unfixedOld.runs };
    });
    expect(told(held)[0]).toMatchInlineSnapshot(
      `"UNEXPECTED: a port was still held in 7 arms that must be clean: v1 on go1.9.7 (5 of 5), v2 on go1.9.7 (5 of 5), v3 on go1.9.7 (5 of 5), v4 on go1.9.7 (5 of 5), v5 on go1.9.7 (5 of 5), 2 more."`,
    );
  });
});
