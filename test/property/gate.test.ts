import fc from 'fast-check';
import { expect, test } from 'vitest';
import { armRoles } from '../../src/experiment/arm.ts';
import { decideGate, type GateArm } from '../../src/verdict/gate.ts';
import { verdicts } from '../../src/verdict/verdict.ts';

const claim = { below: 0.1, confidence: 0.95 };

const anyArm: fc.Arbitrary<GateArm> = fc
  .record({
    role: fc.constantFrom(...armRoles),
    verdict: fc.constantFrom(...verdicts),
    runs: fc.integer({ min: 1, max: 40 }),
    name: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ role, verdict, runs, name }) => ({
    subject: `${role} ${name}`,
    role,
    verdict,
    runs,
    unknownRuns: verdict === 'unknown' ? 1 : 0,
    idleRuns: 0,
    kindSets:
      verdict === 'held'
        ? [{ kinds: [{ code: 'linger', cause: 'call-in-flight', address: 'udp 127.0.0.1:1' }], heldRuns: 1 }]
        : [],
  }));
const anyArms = fc.array(anyArm, { maxLength: 6 });

const outcomeOf = (arms: readonly GateArm[]): string => decideGate(arms, claim, []).outcome;
const doubted = (arm: GateArm): GateArm => ({ ...arm, verdict: 'unknown', unknownRuns: 1, kindSets: [] });

test('green takes a known-bad arm that is held, a known-good one that is clean, and clean subjects', () => {
  fc.assert(
    fc.property(anyArms, (arms) => {
      const is = (role: GateArm['role'], verdict: GateArm['verdict']) =>
        arms.some((arm) => arm.role === role) &&
        arms.every((arm) => arm.role !== role || arm.verdict === verdict);
      const enough = arms.every((arm) => arm.role === 'known-bad' || arm.runs >= 29);
      const green = is('known-bad', 'held') && is('known-good', 'clean') && is('subject', 'clean') && enough;
      expect(outcomeOf(arms) === 'as-expected').toBe(green);
    }),
  );
});

test('doubt never makes a gate green, and never makes a green one red', () => {
  fc.assert(
    fc.property(anyArms, fc.nat(), (arms, at) => {
      if (arms.length === 0) return;
      const index = at % arms.length;
      const after = outcomeOf(arms.map((arm, n) => (n === index ? doubted(arm) : arm)));
      expect(after).not.toBe('as-expected');
      if (outcomeOf(arms) === 'as-expected') expect(after).toBe('inconclusive');
    }),
  );
});

test('the order of the arms decides nothing', () => {
  fc.assert(
    fc.property(anyArms, (arms) => {
      expect(outcomeOf([...arms].reverse())).toBe(outcomeOf(arms));
    }),
  );
});
