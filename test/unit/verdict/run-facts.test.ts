import { describe, expect, it } from 'vitest';
import { runDoubts, untracedSummary, type RunFacts } from '../../../src/verdict/run-facts.ts';
import { soundRun } from '../../histories/judge.ts';

const codes = (facts: Partial<RunFacts>, trace: 'whole' | 'cut' | 'empty' = 'whole'): string[] =>
  runDoubts({ ...soundRun, ...facts }, trace).map((doubt) => doubt.code);

const ended = (end: Partial<NonNullable<RunFacts['ended']>>): Partial<RunFacts> => ({
  ended: { exitCode: 0, signal: null, by: 'itself', error: null, ...end },
});

describe('what is doubted about a run before its trace is read', () => {
  it('is nothing when it ended well', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    { what: 'no record of its end', facts: { ended: null }, code: 'run-missing' },
    {
      what: 'a start that failed',
      facts: ended({ error: 'no such file', exitCode: null }),
      code: 'run-failed',
    },
    {
      what: 'a timeout',
      facts: ended({ by: 'timeout', exitCode: null, signal: 'SIGKILL' }),
      code: 'run-killed',
    },
    { what: 'the end of the session', facts: ended({ by: 'stopped', exitCode: 0 }), code: 'run-killed' },
    { what: 'a signal', facts: ended({ exitCode: null, signal: 'SIGSEGV' }), code: 'run-killed' },
    { what: 'another exit code', facts: ended({ exitCode: 2 }), code: 'run-failed' },
    { what: 'no exit code', facts: ended({ exitCode: null }), code: 'run-failed' },
    { what: 'missing claims', facts: { claimsExpected: true }, code: 'claims-missing' },
  ])('is $code for $what', ({ facts, code }) => {
    expect(codes(facts)).toEqual([code]);
  });

  it('is that its trace does not show it whole, or not at all', () => {
    expect(codes({}, 'cut')).toEqual(['run-missing']);
    expect(codes({}, 'empty')).toEqual(['run-missing']);
  });
});

describe('an untraced run', () => {
  it('has the figures that it claims, no measures, and is unknown', () => {
    const claims = { cycles: 400, binds: 800, closes: 800, addressInUse: 3, marks: 2800 };
    expect(untracedSummary({ ...soundRun, claims })).toEqual({
      run: '0001',
      verdict: 'unknown',
      doubts: [],
      doubtsOmitted: 0,
      findings: [],
      findingsOmitted: 0,
      kinds: [],
      figures: {
        cycles: 400,
        binds: 800,
        addressInUse: 3,
        lingering: null,
        longestLingerNs: null,
        linger: null,
        deferredCloses: null,
        longestCloseLagNs: null,
        closeLag: null,
      },
      claimed: claims,
      notes: [],
      crossCheck: null,
    });
  });

  it('has none without claims', () => {
    const { verdict, figures, doubts } = untracedSummary({ ...soundRun, claimsExpected: true });
    expect(verdict).toBe('unknown');
    expect(new Set(Object.values(figures))).toEqual(new Set([null]));
    expect(doubts).toMatchObject([{ code: 'claims-missing' }]);
  });
});
