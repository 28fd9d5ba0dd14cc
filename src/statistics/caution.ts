/**
 * What a reader must know before trusting the figures: a closed set of warnings with their data, derived
 * from plain numbers. A caution moves no verdict and no exit code; the words are the renderers'.
 */
import { runsNeeded, type Claim } from './claim.ts';
import type { RateRatio } from './permutation.ts';
import type { DetectableDifference } from './power.ts';

export type Caution =
  /** Clean so far, but too few runs for the claim. */
  | {
      readonly code: 'too-few-runs';
      readonly arm: string;
      readonly runs: number;
      readonly needed: number;
      readonly claim: Claim;
    }
  /** Not as many runs as planned were counted: interrupted, or out of budget. */
  | { readonly code: 'runs-missing'; readonly arm: string; readonly runs: number; readonly planned: number }
  /** Runs whose evidence is in doubt: their rate may be anything between. */
  | {
      readonly code: 'unknown-runs';
      readonly arm: string;
      readonly runs: number;
      readonly unknownRuns: number;
    }
  /** Runs in which something outside the trace held the address. */
  | {
      readonly code: 'foreign-holder-seen';
      readonly arm: string;
      readonly runs: number;
      readonly foreignRuns: number;
    }
  /** A known-bad arm in which nothing was found: the gate could not have gone red. */
  | { readonly code: 'known-bad-not-held'; readonly arm: string; readonly runs: number }
  /** No arm that must be held: the gate could not have gone red. */
  | { readonly code: 'known-bad-missing' }
  /** The arm's rate of EADDRINUSE differs from that of its untraced runs by more than chance. */
  | { readonly code: 'tracer-moved-rate'; readonly arm: string; readonly effect: RateRatio }
  /** Nothing can be said about what the tracer did to the rate. */
  | {
      readonly code: 'tracer-effect-unknown';
      readonly arm: string;
      readonly why: 'not-run-untraced' | 'no-binds' | 'too-few-runs';
    }
  /** Too few runs to see any difference, even between never and always. */
  | { readonly code: 'comparison-blind'; readonly arm: string; readonly other: string }
  /** Others were using the machine before the first run. */
  | { readonly code: 'machine-busy'; readonly loadAverage: number; readonly cpus: number };

export interface CautionFacts {
  /** Only a gate and a comparison that is to prove something need a known-bad arm. */
  readonly knownBad: 'required' | 'optional';
  readonly claim: Claim;
  readonly arms: readonly ArmFacts[];
  readonly comparisons: readonly ComparisonFacts[];
  /** Null: not measured. */
  readonly machine: MachineFacts | null;
}

export interface ArmFacts {
  readonly arm: string;
  readonly expected: 'clean' | 'held' | null;
  readonly planned: number;
  /** Counted ones. */
  readonly runs: number;
  /** Null: the untraced arm, which has no evidence. */
  readonly evidence: EvidenceFacts | null;
}

export interface EvidenceFacts {
  readonly heldRuns: number;
  readonly unknownRuns: number;
  readonly foreignRuns: number;
  /** Traced over untraced; null: the arm was not run untraced. */
  readonly effect: RateRatio | null;
}

export interface ComparisonFacts {
  readonly arm: string;
  readonly other: string;
  readonly detectable: DetectableDifference;
}

export interface MachineFacts {
  /** Over the last minute before the first run, as the kernel counts it. */
  readonly loadAverage: number;
  readonly cpus: number;
}

/** More than this many waiting or running per processor is called busy. */
const busyLoad = 0.5;
const level = 0.05;

/** Those that apply: of the session first, then arm by arm in the order given, then of comparisons. */
export function cautionsOf(facts: CautionFacts): Caution[] {
  const { machine, knownBad, arms, comparisons } = facts;
  const isBusy = machine !== null && machine.loadAverage > busyLoad * machine.cpus;
  const isKnownBadMissing = knownBad === 'required' && !arms.some(({ expected }) => expected === 'held');
  return [
    ...(isBusy ? [{ code: 'machine-busy', ...machine } as const] : []),
    ...(isKnownBadMissing ? [{ code: 'known-bad-missing' } as const] : []),
    ...arms.flatMap((arm) => armCautions(arm, facts.claim)),
    ...comparisons
      .filter(({ detectable }) => detectable.higher === null && detectable.lower === null)
      .map(({ arm, other }) => ({ code: 'comparison-blind', arm, other }) as const),
  ];
}

function armCautions({ arm, expected, planned, runs, evidence }: ArmFacts, claim: Claim): Caution[] {
  const cautions: Caution[] = runs < planned ? [{ code: 'runs-missing', arm, runs, planned }] : [];
  if (evidence === null) return cautions;
  const { heldRuns, unknownRuns, foreignRuns, effect } = evidence;
  if (expected === 'held' && heldRuns === 0) cautions.push({ code: 'known-bad-not-held', arm, runs });
  const needed = runsNeeded(claim);
  const cleanRuns = runs - unknownRuns;
  if (expected !== 'held' && heldRuns === 0 && cleanRuns < needed)
    cautions.push({ code: 'too-few-runs', arm, runs: cleanRuns, needed, claim });
  if (unknownRuns > 0) cautions.push({ code: 'unknown-runs', arm, runs, unknownRuns });
  if (foreignRuns > 0) cautions.push({ code: 'foreign-holder-seen', arm, runs, foreignRuns });
  return [...cautions, ...effectCautions(arm, effect)];
}

function effectCautions(arm: string, effect: RateRatio | null): Caution[] {
  const unknown = (why: EffectGap): Caution[] => [{ code: 'tracer-effect-unknown', arm, why }];
  const moved: Caution[] = effect === null ? [] : [{ code: 'tracer-moved-rate', arm, effect }];
  switch (effect?.kind) {
    case undefined:
      return unknown('not-run-untraced');
    case 'no-trials':
      return unknown('no-binds');
    case 'neither':
      // None with the tracer and none without: what a clean arm looks like.
      return [];
    case 'first-only':
    case 'second-only':
      return effect.p <= level ? moved : unknown('too-few-runs');
    case 'ratio':
      if (effect.low > 1 || (effect.high !== null && effect.high < 1)) return moved;
      return effect.low === 0 && effect.high === null ? unknown('too-few-runs') : [];
  }
}

type EffectGap = Extract<Caution, { code: 'tracer-effect-unknown' }>['why'];
