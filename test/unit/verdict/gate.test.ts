import { describe, expect, test } from 'vitest';
import { decideGate, type GateArm, type KindSet, type KnownKind } from '../../../src/verdict/gate.ts';

const claim = { below: 0.1, confidence: 0.95 };
const linger = { code: 'linger', cause: 'call-in-flight', address: 'udp 127.0.0.1:3001' } as const;
const conflict = { ...linger, code: 'conflict', cause: 'after-close' } as const;

const shown = (heldRuns: number, kinds: KindSet['kinds']): KindSet[] => [{ kinds, heldRuns }];
const arm = (role: GateArm['role'], changes: Partial<GateArm> = {}): GateArm => ({
  subject: role === 'subject' ? 'fixed' : role,
  role,
  verdict: 'clean',
  runs: 29,
  unknownRuns: 0,
  idleRuns: 0,
  kindSets: [],
  ...changes,
});
const bad = arm('known-bad', { verdict: 'held', kindSets: shown(29, [linger]) });
const good = arm('known-good');
const fixed = arm('subject');
const heldIn = (heldRuns: number): GateArm =>
  arm('subject', { verdict: 'held', kindSets: shown(heldRuns, [linger]) });

const codesOf = (arms: readonly GateArm[], baseline: readonly KnownKind[] = []) => {
  const { outcome, reasons } = decideGate(arms, claim, baseline);
  return [outcome, ...reasons.map(({ code, subject }) => `${code} ${subject ?? ''}`.trim())];
};

describe('without a baseline', () => {
  test.each<[string, readonly GateArm[], readonly string[]]>([
    ['all as it must be', [bad, good, fixed], ['as-expected']],
    ['a subject is held', [bad, good, heldIn(1)], ['unexpected', 'subject-held fixed']],
    [
      'the known-good arm is held',
      [bad, arm('known-good', { verdict: 'held', kindSets: shown(1, [linger]) }), fixed],
      ['unexpected', 'known-good-held known-good'],
    ],
    [
      'the known-bad arm is clean: it could not have gone red',
      [arm('known-bad'), good, fixed],
      ['inconclusive', 'known-bad-not-held known-bad'],
    ],
    [
      'doubt about the known-bad arm is no proof either',
      [arm('known-bad', { verdict: 'unknown', unknownRuns: 29 }), good, fixed],
      ['inconclusive', 'known-bad-not-held known-bad'],
    ],
    [
      'doubt about one run of a subject',
      [bad, good, arm('subject', { verdict: 'unknown', unknownRuns: 1 })],
      ['inconclusive', 'in-doubt fixed'],
    ],
    ['one run too few', [bad, good, arm('subject', { runs: 28 })], ['inconclusive', 'too-few-runs fixed']],
    [
      'a subject that binds nothing, such as one that only prints its usage',
      [bad, good, arm('subject', { idleRuns: 29 })],
      ['inconclusive', 'nothing-bound fixed'],
    ],
    [
      'a known-good arm that binds nothing shows nothing good',
      [bad, arm('known-good', { idleRuns: 1 }), fixed],
      ['inconclusive', 'nothing-bound known-good'],
    ],
    [
      'enough runs beside those without a bind',
      [bad, good, arm('subject', { runs: 30, idleRuns: 1 })],
      ['as-expected'],
    ],
    ['no known-bad arm', [good, fixed], ['inconclusive', 'known-bad-missing']],
    ['no known-good arm', [bad, fixed], ['inconclusive', 'known-good-missing']],
    ['no subject', [bad, good], ['inconclusive', 'subject-missing']],
    [
      'a held subject outweighs all doubt, and is said first',
      [arm('known-bad'), good, heldIn(2)],
      ['unexpected', 'subject-held fixed', 'known-bad-not-held known-bad'],
    ],
  ])('%s', (_, arms, expected) => {
    expect(codesOf(arms)).toEqual(expected);
  });

  test('a subject that is held without a kind of finding is held all the same', () => {
    expect(codesOf([bad, good, arm('subject', { verdict: 'held' })])[0]).toBe('unexpected');
  });
});

describe('against a baseline', () => {
  const known = (changes: Partial<KnownKind> = {}): KnownKind => {
    return { ...linger, subject: 'fixed', heldRuns: 3, runs: 29, ...changes };
  };
  const judge = (subject: GateArm, baseline: readonly KnownKind[]) => {
    const { outcome, findings } = decideGate([bad, good, subject], claim, baseline);
    return [outcome, ...findings.map(({ state }) => state)];
  };

  test('what is known does not fail the gate', () => {
    expect(judge(heldIn(3), [known()])).toEqual(['as-expected', 'known']);
    expect(judge(heldIn(5), [known()])).toEqual(['as-expected', 'known']);
  });

  test('it may not grow beyond chance: 9 of 29 after 3 of 29 may be chance, 10 of 29 is not', () => {
    // One-sided, computed apart from the code as sums of hypergeometric probabilities: 0.0513 and 0.0281.
    expect(judge(heldIn(9), [known()])).toEqual(['as-expected', 'known']);
    expect(judge(heldIn(10), [known()])).toEqual(['unexpected', 'grown']);
  });

  test.each<[string, Partial<KnownKind>]>([
    ['another kind', conflict],
    ['another cause', { cause: 'duplicate' }],
    ['another address', { address: 'udp 127.0.0.1:3002' }],
    ['another subject', { subject: 'other' }],
  ])('%s is new', (_, changes) => {
    expect(judge(heldIn(1), [known(changes)])).toEqual(
      changes.subject === undefined ? ['unexpected', 'new', 'gone'] : ['unexpected', 'new'],
    );
  });

  test('null stands for any address', () => {
    expect(judge(heldIn(1), [known({ address: null })])).toEqual(['as-expected', 'known']);
  });

  test('what is known at any address may not grow over all of them together', () => {
    const everywhere = Array.from({ length: 29 }, (_, run) =>
      shown(1, [{ ...linger, address: `udp 127.0.0.1:${run}` }]),
    );
    const subject = arm('subject', { verdict: 'held', kindSets: everywhere.flat() });
    expect(judge(subject, [known({ address: null })])).toEqual(['unexpected', 'grown']);
    expect(judge(subject, [known({ address: null, heldRuns: 28 })])).toEqual(['as-expected', 'known']);
  });

  test('two addresses in one run are one held run of what is known at any', () => {
    const both = [linger, { ...linger, address: 'udp 127.0.0.1:3002' }];
    const subject = arm('subject', { verdict: 'held', kindSets: shown(5, both) });
    expect(judge(subject, [known({ address: null })])).toEqual(['as-expected', 'known']);
  });

  test('an entry at its own address goes before one at any', () => {
    const subject = arm('subject', { verdict: 'held', kindSets: shown(29, [linger]) });
    expect(judge(subject, [known({ address: null }), known({ heldRuns: 29 })])).toEqual([
      'as-expected',
      'gone',
      'known',
    ]);
  });

  test('what is known excuses no run: others may have shown in those that were not made', () => {
    const [outcome, ...reasons] = codesOf([bad, good, { ...heldIn(1), runs: 1 }], [known()]);
    expect([outcome, ...reasons]).toEqual(['inconclusive', 'too-few-runs fixed']);
  });

  test('findings of more addresses than are kept apart are never known by an address', () => {
    const crowd = arm('subject', { verdict: 'held', kindSets: shown(1, [{ ...linger, address: null }]) });
    expect(judge(crowd, [known()])[0]).toBe('unexpected');
    expect(judge(crowd, [known({ address: null })])[0]).toBe('as-expected');
  });

  test('what is not seen any more is told and fails nothing', () => {
    expect(judge(fixed, [known()])).toEqual(['as-expected', 'gone']);
  });

  test('what is known excuses no doubt', () => {
    const doubtful = { ...heldIn(3), unknownRuns: 1 };
    expect(codesOf([bad, good, doubtful], [known()])).toEqual(['inconclusive', 'in-doubt fixed']);
  });
});
