import { describe, expect, test } from 'vitest';
import { buildReport, type JudgedArm, type ReportInput } from '../../../src/report/build.ts';
import { headline } from '../../../src/report/headline.ts';
import { readHistories, stretchesOf } from '../../../src/report/releases.ts';
import { terminal } from '../../../src/report/terminal.ts';
import { arms, run, session } from './sample-session.ts';

const { unfixedOld, fixedOld } = arms;
const on = (from: JudgedArm, toolchain: string, runs = from.runs): JudgedArm => ({
  arm: { ...from.arm, toolchain },
  runs,
});
const clean = (variant: JudgedArm, toolchain: string): JudgedArm => ({
  arm: { ...variant.arm, toolchain, expected: 'clean' },
  runs: [run()],
});

/** In no order: the report sorts. */
const list: readonly JudgedArm[] = [
  clean(unfixedOld, 'go1.10.8'),
  on(unfixedOld, 'go1.9.7'),
  on(unfixedOld, 'go1.27.4+legacy-close'),
  clean(unfixedOld, 'go1.27.4'),
  on(unfixedOld, 'go1.4.3'),
  on(fixedOld, 'go1.9.7'),
];

const reportOf = (judged: readonly JudgedArm[], missing: readonly { release: string; why: string }[] = []) =>
  buildReport(
    session({
      arms: judged,
      question: { kind: 'releases', missing: [...missing] },
    } satisfies Partial<ReportInput>),
  );

describe('a list of releases', () => {
  test('is read as history, oldest first, variant by variant', () => {
    const histories = readHistories(reportOf(list));
    expect(
      histories.map(({ variant, arms: each }) => [variant, each.map(({ toolchain }) => toolchain)]),
    ).toEqual([
      ['unfixed', ['go1.4.3', 'go1.9.7', 'go1.10.8', 'go1.27.4', 'go1.27.4+legacy-close']],
      ['semaphore', ['go1.9.7']],
    ]);
  });

  test('has stretches of releases as they were released', () => {
    const [history] = readHistories(reportOf(list));
    expect(history === undefined ? [] : stretchesOf(history)).toEqual([
      { verdict: 'held', first: 'go1.4.3', last: 'go1.9.7' },
      { verdict: 'clean', first: 'go1.10.8', last: 'go1.27.4' },
    ]);
  });

  test('is told in one sentence a variant', () => {
    expect(headline(reportOf(list)).sentences).toEqual([
      'unfixed: held from go1.4.3 to go1.9.7; clean from go1.10.8 to go1.27.4; held on go1.27.4+legacy-close.',
      'semaphore: clean on go1.9.7.',
    ]);
  });

  test('with every release as expected ends with 0', () => {
    expect(reportOf(list)).toMatchObject({ outcome: 'as-expected', exitCode: 0, cautions: [] });
  });

  test('with a release that could not be had is inconclusive, and names it', () => {
    const report = reportOf(list, [{ release: 'go1.12.17', why: 'the module proxy could not be reached' }]);
    expect(report).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    const { verdict, sentences } = headline(report);
    expect(verdict).toBe('1 release of the list could not be had.');
    expect(sentences.at(-1)).toBe(
      'Missing: go1.12.17, which could not be had: the module proxy could not be reached',
    );
  });

  test('stays unexpected where a clean release is held, whatever is missing', () => {
    const held = { ...clean(unfixedOld, 'go1.20.14'), runs: unfixedOld.runs };
    const report = reportOf([...list, held], [{ release: 'go1.12.17', why: 'offline' }]);
    expect(report).toMatchObject({ outcome: 'unexpected', exitCode: 1 });
  });

  test('is a table and a chart', () => {
    const text = terminal.render(reportOf(list), {
      width: 100,
      color: false,
      sessionPath: null,
      detail: 'brief',
    });
    const begin = text.indexOf('UNFIXED');
    expect(text.slice(begin, text.indexOf('THE FIRST'))).toMatchInlineSnapshot(`
      "UNFIXED ON EVERY RELEASE, watched by dtrace
        release                held    per bind          lingering  deferred
        go1.4.3                5 of 5    29.3 %  ######      1,065     1,590
        go1.9.7                5 of 5    29.3 %  ######      1,065     1,590
        go1.10.8               0 of 1       0 %                  0         0
        go1.27.4               0 of 1       0 %                  0         0
        go1.27.4+legacy-close  5 of 5    29.3 %  ######      1,065     1,590

      SEMAPHORE ON EVERY RELEASE, watched by dtrace
        release  held    per bind    lingering  deferred
        go1.9.7  0 of 5       0 %            0     4,000

      held, at 95 % confidence: 0 of 1 run (below 95.0 % per run), 5 of 5 runs (47.8 % to 100 % per run),
        0 of 5 runs (below 45.1 % per run).
      per bind, and bars: the share of binds that failed with EADDRINUSE; 20 signs are 100 %.
      lingering: sockets still held past the point from which the program takes the address as free.
      deferred closes: sockets still there after Close had returned; a measure, not a finding.

      "
    `);
    expect(text).not.toContain('WHAT THE TRACER DID');
  });
});
