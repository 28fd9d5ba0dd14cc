import { describe, expect, it } from 'vitest';
import {
  cautionsOf,
  type ArmFacts,
  type CautionFacts,
  type EvidenceFacts,
} from '../../../src/statistics/caution.ts';
import type { RateRatio } from '../../../src/statistics/permutation.ts';

const claim = { below: 0.1, confidence: 0.95 };
const even: RateRatio = { kind: 'ratio', ratio: 1.1, low: 0.8, high: 1.4 };
const moved: RateRatio = { kind: 'ratio', ratio: 6, low: 4.1, high: 8.7 };
const fine: EvidenceFacts = { heldRuns: 0, unknownRuns: 0, foreignRuns: 0, effect: even };

const clean = armOf({ arm: 'semaphore' });
const bad = armOf({ arm: 'unfixed', expected: 'held' }, { heldRuns: 29 });
const untraced = armOf({ arm: 'semaphore none', expected: null, evidence: null });
const session: CautionFacts = {
  knownBad: 'required',
  claim,
  arms: [bad, clean, untraced],
  comparisons: [
    { arm: 'unfixed', other: 'semaphore', detectable: { baseline: 1, higher: null, lower: 0.7 } },
  ],
  machine: { loadAverage: 0.9, cpus: 2 },
};

function armOf(arm: Partial<ArmFacts>, evidence: Partial<EvidenceFacts> = {}): ArmFacts {
  return {
    arm: 'arm',
    expected: 'clean',
    planned: 29,
    runs: 29,
    evidence: { ...fine, ...evidence },
    ...arm,
  };
}

const cautionsFor = (arm: ArmFacts) => cautionsOf({ ...session, knownBad: 'optional', arms: [arm] });

describe('cautionsOf', () => {
  it('has none for a session in order', () => {
    expect(cautionsOf(session)).toEqual([]);
  });

  it('names the runs that a claim lacks, and counts only those that are known to be clean', () => {
    expect(cautionsFor(armOf({ runs: 28, planned: 28 }))).toEqual([
      { code: 'too-few-runs', arm: 'arm', runs: 28, needed: 29, claim },
    ]);
    expect(cautionsFor(armOf({}, { unknownRuns: 2 }))).toEqual([
      { code: 'too-few-runs', arm: 'arm', runs: 27, needed: 29, claim },
      { code: 'unknown-runs', arm: 'arm', runs: 29, unknownRuns: 2 },
    ]);
  });

  it('asks no number of runs of an arm that was held', () => {
    expect(cautionsFor(armOf({ runs: 5, planned: 5 }, { heldRuns: 1 }))).toEqual([]);
  });

  it('says that fewer runs were counted than planned, untraced ones too', () => {
    const caution = { code: 'runs-missing', arm: 'semaphore none', runs: 12, planned: 29 };
    expect(cautionsFor({ ...untraced, runs: 12 })).toEqual([caution]);
  });

  it('says that the gate could not have gone red', () => {
    const never = armOf({ arm: 'unfixed', expected: 'held' });
    expect(cautionsOf({ ...session, arms: [never, clean] })).toEqual([
      { code: 'known-bad-not-held', arm: 'unfixed', runs: 29 },
    ]);
    expect(cautionsOf({ ...session, arms: [clean] })).toEqual([{ code: 'known-bad-missing' }]);
    expect(cautionsOf({ ...session, arms: [clean], knownBad: 'optional' })).toEqual([]);
  });

  it('says that others held the address', () => {
    expect(cautionsFor(armOf({}, { foreignRuns: 3 }))).toEqual([
      { code: 'foreign-holder-seen', arm: 'arm', runs: 29, foreignRuns: 3 },
    ]);
  });

  const effects: [RateRatio | null, object | null][] = [
    [moved, { code: 'tracer-moved-rate', effect: moved }],
    [{ ...even, ratio: 0.4, low: 0.1, high: 0.9 }, { code: 'tracer-moved-rate' }],
    [{ ...even, low: 1.01, high: null }, { code: 'tracer-moved-rate' }],
    [{ ...even, low: 0, high: 1.5 }, null],
    [
      { ...even, low: 0, high: null },
      { code: 'tracer-effect-unknown', why: 'too-few-runs' },
    ],
    [{ kind: 'first-only', p: 0.01 }, { code: 'tracer-moved-rate' }],
    [
      { kind: 'first-only', p: 0.2 },
      { code: 'tracer-effect-unknown', why: 'too-few-runs' },
    ],
    [{ kind: 'second-only', p: 0.05 }, { code: 'tracer-moved-rate' }],
    [{ kind: 'neither' }, null],
    [{ kind: 'no-trials' }, { code: 'tracer-effect-unknown', why: 'no-binds' }],
    [null, { code: 'tracer-effect-unknown', why: 'not-run-untraced' }],
  ];
  it.each(effects)('says what the tracer did: %o: %o', (effect, expected) => {
    const cautions = cautionsFor(armOf({}, { effect }));
    expect(cautions).toMatchObject(expected === null ? [] : [{ arm: 'arm', ...expected }]);
  });

  it('says that a comparison could have seen nothing', () => {
    const detectable = { baseline: 0, higher: null, lower: null };
    expect(
      cautionsOf({ ...session, comparisons: [{ arm: 'unfixed', other: 'semaphore', detectable }] }),
    ).toEqual([{ code: 'comparison-blind', arm: 'unfixed', other: 'semaphore' }]);
  });

  it('calls a machine busy from half a process per processor on', () => {
    expect(cautionsOf({ ...session, machine: { loadAverage: 1.01, cpus: 2 } })).toEqual([
      { code: 'machine-busy', loadAverage: 1.01, cpus: 2 },
    ]);
    expect(cautionsOf({ ...session, machine: { loadAverage: 1, cpus: 2 } })).toEqual([]);
    expect(cautionsOf({ ...session, machine: null })).toEqual([]);
  });

  it('keeps an order: the session, the arms as given, the comparisons', () => {
    const detectable = { baseline: 0, higher: null, lower: null };
    const cautions = cautionsOf({
      ...session,
      arms: [armOf({ arm: 'b', runs: 3 }), armOf({ arm: 'a' }, { foreignRuns: 1 })],
      comparisons: [{ arm: 'b', other: 'a', detectable }],
      machine: { loadAverage: 8, cpus: 2 },
    });
    expect(cautions.map(({ code }) => code)).toEqual([
      'machine-busy',
      'known-bad-missing',
      'runs-missing',
      'too-few-runs',
      'foreign-holder-seen',
      'comparison-blind',
    ]);
  });
});
