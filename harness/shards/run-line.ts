/** One judged run as a line of a shard's file: what `RunSummary` holds, checked as what a stranger may have written. */
import { z } from 'zod';
import { findingCodes } from '../../src/findings/finding.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { verdicts } from '../../src/verdict/verdict.ts';
import { runIdPattern, tracerNamePattern } from '../store/layout.ts';

/** Sums over ten million runs of them are still whole numbers. */
const count = z.int().nonnegative().max(1e8);
/** Eleven days: no run takes longer, and everything made of it is a whole number. */
const ns = z.int().nonnegative().max(1e15);
const id = z.int().min(-1).max(0xffff_ffff);
const text = z.string().max(10_000);
const word = z.string().max(200);
const code = z.string().regex(/^[a-z][a-z-]{0,39}$/);
/** What a run keeps of each is told in src/verdict/run-analysis.ts. */
const few = 1000;

const distribution = z
  .strictObject({
    count,
    minNs: ns.nullable(),
    maxNs: ns.nullable(),
    buckets: z.array(z.strictObject({ fromNs: ns, count: count.min(1) })).max(12_700),
  })
  .refine(isDistribution, 'its buckets, ends and count disagree');

const doubt = z.strictObject({
  code,
  run: z.string().regex(runIdPattern).nullable(),
  address: word.nullable(),
  pid: id.nullable(),
  at: ns.nullable(),
  text,
});

const release = z.strictObject({ tid: id, call: word, enteredAt: ns, returnedAt: ns.nullable() });

const finding = z.strictObject({
  code: z.enum(findingCodes),
  cause: code,
  certain: z.boolean(),
  run: z.string().regex(runIdPattern),
  address: word,
  at: ns,
  pid: id,
  tid: id,
  cycle: count.nullable(),
  failed: z
    .strictObject({ call: z.enum(['bind', 'listen']), fd: id, enteredAt: ns, returnedAt: ns })
    .nullable(),
  lengthNs: ns.nullable(),
  holders: z
    .array(
      z.strictObject({
        socket: count,
        inode: z.int().nonnegative().nullable(),
        kind: z.enum(['descriptor', 'call']),
        pid: id,
        fd: id,
        call: word.nullable(),
        openedByTid: id,
        openedAt: ns,
        origin: z.enum(['socket', 'accept', 'dup', 'fork', 'inherited', 'received', 'call']),
        certain: z.boolean(),
        releasedBy: release.nullable(),
        releasedAt: ns.nullable(),
        boundTo: word,
        boundAt: ns.nullable(),
      }),
    )
    .max(few),
  evidence: z
    .array(z.strictObject({ at: ns, pid: id, tid: id, what: code, fd: id.nullable(), name: word }))
    .max(few),
});

export const runLineSchema = z
  .strictObject({
    kind: z.literal('run'),
    /** Of the plan. */
    arm: z.int().nonnegative(),
    /** Among the counted runs of its arm, from 0. */
    place: z.int().nonnegative(),
    run: z.string().regex(runIdPattern),
    verdict: z.enum(verdicts),
    doubts: z.array(doubt).max(few),
    doubtsOmitted: count,
    findings: z.array(finding).max(few),
    findingsOmitted: count,
    kinds: z
      .array(z.strictObject({ code: z.enum(findingCodes), cause: code, address: word.nullable() }))
      .max(few),
    figures: z.strictObject({
      cycles: count.nullable(),
      binds: count.nullable(),
      addressInUse: count.nullable(),
      lingering: count.nullable(),
      longestLingerNs: ns.nullable(),
      linger: distribution.nullable(),
      deferredCloses: count.nullable(),
      longestCloseLagNs: ns.nullable(),
      closeLag: distribution.nullable(),
    }),
    claimed: z
      .strictObject({ cycles: count, binds: count, addressInUse: count })
      .refine(({ binds, addressInUse }) => addressInUse <= binds, 'more binds failed than were made')
      .nullable(),
    notes: z
      .array(
        z.strictObject({
          code: z.enum(['in-use-by-own-open-socket', 'outlives-close']),
          address: word,
          count,
          text,
        }),
      )
      .max(few),
    crossCheck: z
      .strictObject({
        tracer: z.string().regex(tracerNamePattern),
        compared: count,
        refused: count,
        undetermined: count,
        disagreements: count,
        notMade: text.nullable(),
      })
      .refine(({ compared, refused, undetermined }) => undetermined <= refused && refused <= compared, {
        message: 'it compares fewer binds than were refused',
      })
      .nullable()
      .default(null),
  })
  .refine(({ run, doubts, findings }) => [...doubts, ...findings].every((each) => each.run === run), {
    message: 'it tells of another run',
  })
  .refine(
    ({ crossCheck, verdict }) =>
      crossCheck === null || crossCheck.disagreements === 0 || verdict === 'unknown',
    {
      message: 'another tracer disagrees, and it is not in doubt',
    },
  )
  .refine(isPossible, 'its verdict is not what its findings and doubts say');
export type RunLine = z.infer<typeof runLineSchema>;

export const doubtSchema = doubt;

/** The brands of numbers and the words of codes are the compiler's alone; what a stranger may put there was checked. */
export function summaryOf(line: RunLine): RunSummary {
  return line as unknown as RunSummary;
}

/** What an honest verdict can be, so that a slip of whoever made the file shows: doubt is never clean. */
function isPossible(line: Judged): boolean {
  const isEmpty = [line.doubts.length, line.doubtsOmitted, line.findings.length, line.findingsOmitted].every(
    (each) => each === 0,
  );
  if (line.verdict === 'clean') return isEmpty && line.kinds.length === 0;
  return line.verdict !== 'held' || (line.kinds.length > 0 && line.findings.some(({ certain }) => certain));
}

interface Judged {
  readonly verdict: (typeof verdicts)[number];
  readonly kinds: readonly unknown[];
  readonly doubts: readonly unknown[];
  readonly doubtsOmitted: number;
  readonly findings: readonly { readonly certain: boolean }[];
  readonly findingsOmitted: number;
}

function isDistribution({ count: total, minNs, maxNs, buckets }: DistributionLine): boolean {
  const isAscending = buckets.every(
    ({ fromNs }, index) => index === 0 || fromNs > (buckets[index - 1]?.fromNs ?? 0),
  );
  const sum = buckets.reduce((before, bucket) => before + bucket.count, 0);
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return total === 0 && minNs === null && maxNs === null;
  if (minNs === null || maxNs === null || minNs > maxNs) return false;
  return isAscending && sum === total && first.fromNs <= minNs && last.fromNs <= maxNs;
}

interface DistributionLine {
  readonly count: number;
  readonly minNs: number | null;
  readonly maxNs: number | null;
  readonly buckets: readonly { readonly fromNs: number; readonly count: number }[];
}
