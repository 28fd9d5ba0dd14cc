/** The parts of the report that a comparison or a gate adds: tests, intervals, cautions, the gate's answer. */
import { z } from 'zod';
import { findingCodes } from '../findings/finding.ts';

const count = z.int().nonnegative();
const nanoseconds = z.int().nonnegative();
const armName = z.string().describe('the id of an arm');
export const share = z.number().min(0).max(1);

export const durations = z.strictObject({
  count,
  p50Ns: nanoseconds.nullable(),
  p99Ns: nanoseconds.nullable(),
  maxNs: nanoseconds.nullable(),
  histogram: z.array(z.strictObject({ fromNs: nanoseconds, belowNs: nanoseconds, count })),
});

const odds = z.strictObject({
  value: z.number().nonnegative().nullable().describe('null: see kind'),
  kind: z.enum(['finite', 'infinite', 'undefined']).describe('undefined: the table says nothing about it'),
});

export const comparisonReport = z.strictObject({
  arm: armName,
  reference: armName,
  seen: z.enum(['difference', 'no-difference', 'not-tested']).describe('by the adjusted p-value, at 5 %'),
  test: z
    .strictObject({
      pTwoSided: share.describe("Fisher's exact test by the rule of R"),
      pAdjusted: share.describe('the same after Holm, over all comparisons of this report'),
      pLess: share.describe('one-sided: the arm has lower odds'),
      pGreater: share.describe('one-sided: the arm has higher odds'),
      oddsRatio: z
        .strictObject({ estimate: odds, low: z.number().nonnegative(), high: odds })
        .describe('conditional maximum likelihood with the exact 95 % interval'),
      detectable: z
        .strictObject({ higher: share.nullable(), lower: share.nullable() })
        .describe(
          'rates of the arm that these runs would have told from the reference with 80 %; null: none',
        ),
    })
    .nullable()
    .describe('null: runs are in doubt, or there are none'),
});

const rate = z.strictObject({ addressInUse: count, binds: count });

const effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ratio'),
    ratio: z.number(),
    low: z.number(),
    high: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('first-only'), p: share }),
  z.strictObject({ kind: z.literal('second-only'), p: share }),
  z.strictObject({ kind: z.literal('neither') }),
  z.strictObject({ kind: z.literal('no-trials') }),
]);

export const tracerEffectReport = z.strictObject({
  arm: armName,
  traced: rate.describe('as the program claims'),
  untraced: rate.describe('as the program claims'),
  effect: effect.describe(
    'traced rate of EADDRINUSE over the untraced one, with a 95 % permutation interval over runs',
  ),
});

const claim = z.strictObject({ below: share, confidence: share });

/** As `Caution` of src/statistics/caution.ts. */
export const cautionReport = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('too-few-runs'), arm: armName, runs: count, needed: count, claim }),
  z.strictObject({ code: z.literal('runs-missing'), arm: armName, runs: count, planned: count }),
  z.strictObject({ code: z.literal('unknown-runs'), arm: armName, runs: count, unknownRuns: count }),
  z.strictObject({ code: z.literal('foreign-holder-seen'), arm: armName, runs: count, foreignRuns: count }),
  z.strictObject({ code: z.literal('known-bad-not-held'), arm: armName, runs: count }),
  z.strictObject({ code: z.literal('known-bad-missing') }),
  z.strictObject({ code: z.literal('tracer-moved-rate'), arm: armName, effect }),
  z.strictObject({
    code: z.literal('tracer-effect-unknown'),
    arm: armName,
    why: z.enum(['not-run-untraced', 'no-binds', 'too-few-runs']),
  }),
  z.strictObject({ code: z.literal('comparison-blind'), arm: armName, other: armName }),
  z.strictObject({ code: z.literal('machine-busy'), loadAverage: z.number().nonnegative(), cpus: count }),
]);

export const gateReport = z.strictObject({
  runsNeeded: count.describe('clean runs of an arm that the claim takes'),
  reasons: z
    .array(
      z.strictObject({
        code: z.enum([
          'known-bad-missing',
          'known-good-missing',
          'subject-missing',
          'known-bad-not-held',
          'known-good-held',
          'subject-held',
          'in-doubt',
          'nothing-bound',
          'too-few-runs',
        ]),
        subject: z.string().nullable(),
      }),
    )
    .describe('why it is not green, the gravest first'),
  findings: z
    .array(
      z.strictObject({
        subject: z.string(),
        code: z.enum(findingCodes),
        cause: z.string(),
        address: z.string().nullable(),
        heldRuns: count,
        runs: count,
        state: z.enum(['new', 'known', 'grown', 'gone']),
        before: z
          .strictObject({ heldRuns: count, runs: count })
          .nullable()
          .describe('in the baseline; null: it is not there'),
      }),
    )
    .describe('of the subjects, held against the baseline'),
});
