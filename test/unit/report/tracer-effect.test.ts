import { expect, it } from 'vitest';
import { tallyArm } from '../../../src/report/arm-tally.ts';
import type { JudgedArm } from '../../../src/report/build.ts';
import { tracerEffects } from '../../../src/report/tracer-effect.ts';
import { arms, five, run } from './sample-session.ts';

const all = Object.values(arms);
const effectsOf = (judged: readonly JudgedArm[]) => tracerEffects(judged.map(tallyArm), 'seed');

it('sets each traced arm against the untraced one of the same program, by their claims', () => {
  // The claims of the traced runs, not what was traced of them: an EADDRINUSE means the same in both arms.
  const claimed = { claimed: { cycles: 400, binds: 800, addressInUse: 240 } };
  const traced = { ...arms.unfixedOld, runs: arms.unfixedOld.runs.map((each) => ({ ...each, ...claimed })) };
  const [effect, none] = effectsOf([traced, ...all.slice(1)]);
  expect(effect).toMatchObject({
    arm: 'unfixed@go1.9.7:dtrace',
    traced: { addressInUse: 1200, binds: 4000 },
    untraced: { addressInUse: 1120, binds: 4000 },
    effect: { kind: 'ratio' },
  });
  if (effect?.effect.kind !== 'ratio') throw new Error('no ratio');
  expect(effect.effect.ratio).toBeCloseTo(1200 / 1120);
  expect(effect.effect.low).toBeLessThan(1200 / 1120);
  expect(effect.effect.high).toBeGreaterThan(1200 / 1120);
  expect(none).toMatchObject({ arm: 'semaphore@go1.9.7:dtrace', effect: { kind: 'neither' } });
});

it('is the same for the same seed', () => {
  expect(effectsOf(all)).toEqual(effectsOf(all));
});

it('has nothing to say without an untraced arm, and says so without its claims', () => {
  const silent = { ...arms.unfixedOldAlone, runs: five(() => run({ claimed: null })) };
  expect(effectsOf([arms.unfixedOld])).toEqual([]);
  expect(effectsOf([arms.unfixedOld, arms.fixedOldAlone])).toEqual([]);
  expect(effectsOf([arms.unfixedOld, silent])[0]?.effect).toEqual({ kind: 'no-trials' });
});
