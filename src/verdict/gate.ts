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
  /** In which nothing was bound: they can show no held port, whoever holds one. */
  readonly idleRuns: number;
  /** What its held runs show, each run in one of them. */
  readonly kindSets: readonly KindSet[];
}

/** Held runs that show the same; a kind stands once. */
export interface KindSet {
  readonly kinds: readonly FindingKind[];
  readonly heldRuns: number;
}

/** A finding that is known, from the baseline; `address` null: whatever the address is. */
export interface KnownKind extends FindingKind {
  readonly subject: string;
  readonly heldRuns: number;
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
    | 'nothing-bound'
    | 'too-few-runs';
  /** Null: it is about none that was run. */
  readonly subject: string | null;
}

/** What became of a finding against the baseline. */
export interface GateFinding extends KnownKind {
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
  // Known findings excuse no run: in those that were not made, others may have shown.
  if (arm.runs - arm.idleRuns >= runsNeeded(claim)) return [];
  return because(arm.idleRuns > 0 ? 'nothing-bound' : 'too-few-runs');
}

function hasOnlyKnown(states: readonly GateFinding['state'][]): boolean {
  return states.includes('known') && !states.includes('new') && !states.includes('grown');
}

/**
 * Each kind of finding of a subject that the baseline does not know, then each entry of the baseline. What an
 * entry knows at any address is counted together: at an address of its own each run would look like no growth.
 */
function weigh({ subject, kindSets, runs }: GateArm, baseline: readonly KnownKind[]): GateFinding[] {
  const own = baseline.filter((known) => known.subject === subject);
  const runsWith = (is: (kind: FindingKind) => boolean) =>
    kindSets.reduce((sum, { kinds, heldRuns }) => (kinds.some(is) ? sum + heldRuns : sum), 0);
  const unknown = distinct(kindSets.flatMap(({ kinds }) => kinds)).filter(
    (kind) => entryOf(kind, own) === undefined,
  );
  return [
    ...unknown.map((kind): GateFinding => {
      const heldRuns = runsWith((each) => isSame(each, kind));
      return { ...kind, subject, heldRuns, runs, state: 'new', before: null };
    }),
    ...own.map((known): GateFinding => {
      const { code, cause, address } = known;
      const before = { heldRuns: known.heldRuns, runs: known.runs };
      const heldRuns = runsWith((kind) => entryOf(kind, own) === known);
      const state = heldRuns === 0 ? 'gone' : hasGrown(heldRuns, runs, before) ? 'grown' : 'known';
      return { code, cause, address, subject, heldRuns, runs, state, before };
    }),
  ];
}

/** The one at its own address goes before the one at any. */
function entryOf(kind: FindingKind, own: readonly KnownKind[]): KnownKind | undefined {
  return (
    own.find((known) => isSame(known, kind)) ?? own.find((known) => isSame(known, { ...kind, address: null }))
  );
}

function isSame(a: FindingKind, b: FindingKind): boolean {
  return a.code === b.code && a.cause === b.cause && a.address === b.address;
}

function distinct(kinds: readonly FindingKind[]): FindingKind[] {
  return [
    ...new Map(kinds.map((kind) => [JSON.stringify([kind.code, kind.cause, kind.address]), kind])).values(),
  ];
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
