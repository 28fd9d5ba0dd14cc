import { expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.ts';
import { tracerEffects } from '../../../src/report/tracer-effect.ts';
import { arms, five, run, session } from './sample-session.ts';

it('sets each traced arm against the untraced one of the same program', () => {
  expect(tracerEffects(buildReport(session())).slice(0, 2)).toMatchInlineSnapshot(`
    [
      {
        "ratio": 1.044642857142857,
        "toolchain": "go1.9.7",
        "traced": {
          "addressInUse": 1170,
          "binds": 4000,
        },
        "tracer": "dtrace",
        "untraced": {
          "addressInUse": 1120,
          "binds": 4000,
        },
        "variant": "unfixed",
      },
      {
        "ratio": null,
        "toolchain": "go1.9.7",
        "traced": {
          "addressInUse": 0,
          "binds": 4000,
        },
        "tracer": "dtrace",
        "untraced": {
          "addressInUse": 0,
          "binds": 4000,
        },
        "variant": "semaphore",
      },
    ]
  `);
});

it('has nothing to say without an untraced arm, or without its claims', () => {
  const silent = { arm: arms.unfixedOldAlone.arm, runs: five(() => run({ claimed: null })) };
  expect(tracerEffects(buildReport(session({ arms: [arms.unfixedOld] })))).toEqual([]);
  expect(tracerEffects(buildReport(session({ arms: [arms.unfixedOld, arms.fixedOldAlone] })))).toEqual([]);
  expect(tracerEffects(buildReport(session({ arms: [arms.unfixedOld, silent] })))).toEqual([]);
});
