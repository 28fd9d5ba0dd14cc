/**
 * What a gate answers. Green takes proof: a known-bad arm that was held, so that it could have gone red; a
 * known-good arm that was clean; and subjects without finding or doubt in as many runs as the claim takes.
 */
import type { ArmRole } from '../experiment/arm.ts';
import { runsNeeded, type Claim } from '../statistics/claim.ts';
import { fisherTest } from '../statistics/fisher.ts';
import type { FindingKind } from './run-summary.ts';
import type { Verdict } from './verdict.ts';

export interface GateArm {
  /** As it is typed: `semaphore@go1.9.7`. */
  readonly subject: string;
  readonly role: ArmRole;
  readonly verdict: Verdict;
  readonly runs: number;
  readonly unknownRuns: number;
  /** Of its held runs; each with how many of them show it. */
  readonly kinds: readonly KindCount[];
}

export interface KindCount extends FindingKind {
  readonly heldRuns: number;
}

/** A finding that is known, from the baseline. */
export interface KnownKind extends KindCount {
  readonly subject: string;
  readonly runs: number;
}

export interface GateReason {
  readonly code:
    | 'known-bad-missing'
    | 'known-good-missing'
    | 'subject-missing'
    | 'known-bad-not-held'
    | 'known-good-held'
    | 'subject-held'
    | 'in-doubt'
    | 'too-few-runs';
  /** Null: it is about none that was run. */
  readonly subject: string | null;
}

/** What became of a finding against the baseline. */
export interface GateFinding extends KindCount {
  readonly subject: string;
  readonly runs: number;
  /** `gone`: it is in the baseline and was not seen. */
  readonly state: 'new' | 'known' | 'grown' | 'gone';
  /** In the baseline; null: it is not there. */
  readonly before: { readonly heldRuns: number; readonly runs: number } | null;
}

export interface GateDecision {
  readonly outcome: 'as-expected' | 'unexpected' | 'inconclusive';
  /** Empty where it is as expected; the gravest first. */
  readonly reasons: readonly GateReason[];
  readonly findings: readonly GateFinding[];
}

export function decideGate(
  arms: readonly GateArm[],
  claim: Claim,
  baseline: readonly KnownKind[],
): GateDecision {
  const findings = arms.filter(({ role }) => role === 'subject').flatMap((arm) => weigh(arm, baseline));
  const reasons = [...missing(arms), ...arms.flatMap((arm) => reasonsOf(arm, claim, findings))];
  const red = reasons.filter(({ code }) => code === 'subject-held' || code === 'known-good-held');
  const outcome = red.length > 0 ? 'unexpected' : reasons.length > 0 ? 'inconclusive' : 'as-expected';
  return { outcome, reasons: [...red, ...reasons.filter((reason) => !red.includes(reason))], findings };
}

function missing(arms: readonly GateArm[]): GateReason[] {
  const roles = ['known-bad', 'known-good', 'subject'] as const;
  return roles
    .filter((role) => !arms.some((arm) => arm.role === role))
    .map((role) => ({ code: `${role}-missing`, subject: null }) as const);
}

function reasonsOf(arm: GateArm, claim: Claim, findings: readonly GateFinding[]): GateReason[] {
  const because = (code: GateReason['code']): GateReason[] => [{ code, subject: arm.subject }];
  if (arm.role === 'known-bad') return arm.verdict === 'held' ? [] : because('known-bad-not-held');
  const own = findings.filter((finding) => finding.subject === arm.subject);
  const isKnown = hasOnlyKnown(own.map(({ state }) => state));
  if (arm.verdict === 'held' && !(arm.role === 'subject' && isKnown)) return because(`${arm.role}-held`);
  if (arm.unknownRuns > 0 || arm.verdict === 'unknown') return because('in-doubt');
  return arm.verdict === 'clean' && arm.runs < runsNeeded(claim) ? because('too-few-runs') : [];
}

function hasOnlyKnown(states: readonly GateFinding['state'][]): boolean {
  return states.includes('known') && !states.includes('new') && !states.includes('grown');
}

/** Each kind of finding of a subject, and each that the baseline expects of it. */
function weigh({ subject, kinds, runs }: GateArm, baseline: readonly KnownKind[]): GateFinding[] {
  const own = baseline.filter((known) => known.subject === subject);
  const seen = kinds.map((kind): GateFinding => {
    const known = own.find((each) => covers(each, kind));
    if (known === undefined) return { ...kind, subject, runs, state: 'new', before: null };
    const before = { heldRuns: known.heldRuns, runs: known.runs };
    return {
      ...kind,
      subject,
      runs,
      state: hasGrown(kind.heldRuns, runs, before) ? 'grown' : 'known',
      before,
    };
  });
  const gone = own
    .filter((known) => !kinds.some((kind) => covers(known, kind)))
    .map(({ code, cause, address, heldRuns, runs: of }): GateFinding => {
      const before = { heldRuns, runs: of };
      return { code, cause, address, subject, heldRuns: 0, runs, state: 'gone', before };
    });
  return [...seen, ...gone];
}

function covers(known: KnownKind, { code, cause, address }: FindingKind): boolean {
  const isSameKind = known.code === code && known.cause === cause;
  return isSameKind && (known.address === null || known.address === address);
}

const level = 0.05;

/** In more of the runs than chance explains: Fisher's exact test, one-sided. */
function hasGrown(heldRuns: number, runs: number, before: { heldRuns: number; runs: number }): boolean {
  const test = fisherTest(
    { successes: heldRuns, trials: runs },
    { successes: before.heldRuns, trials: before.runs },
  );
  return test.greater.p <= level;
}
