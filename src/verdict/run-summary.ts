/** What one run came to: the value that arms, reports and statistics are made of. */
import type { Finding, FindingCode } from '../findings/finding.ts';
import type { Distribution } from '../statistics/distribution.ts';
import type { Doubt } from './doubt.ts';
import type { Verdict } from './verdict.ts';

export interface RunSummary {
  readonly run: string;
  readonly verdict: Verdict;
  /** The first ones. */
  readonly doubts: readonly Doubt[];
  readonly doubtsOmitted: number;
  /** The first ones of each kind, in time order. */
  readonly findings: readonly Finding[];
  readonly findingsOmitted: number;
  /** Every certain finding is of one of these, also those that were omitted. */
  readonly kinds: readonly FindingKind[];
  /** Null where there is no evidence for it (untraced) or no claim. */
  readonly figures: RunFigures;
  /** What the program itself said; null without claims. */
  readonly claimed: ClaimedFigures | null;
  /** A note is told and moves no verdict (`in use by your own open socket`). */
  readonly notes: readonly Note[];
  /** Null: nothing else watched it. */
  readonly crossCheck: CrossCheck | null;
}

/** What another tracer's trace of the same run says about the same binds. */
export interface CrossCheck {
  readonly tracer: string;
  /** Binds that both traces show. */
  readonly compared: number;
  /** Those of them that met EADDRINUSE in both. */
  readonly refused: number;
  /** Refused ones at which not both can tell who was in the way. */
  readonly undetermined: number;
  /** Each is a doubt. */
  readonly disagreements: number;
  /** Why it could not be made; null: it was. */
  readonly notMade: string | null;
}

/** The same run where its evidence is refuted: what was found is told, and proves nothing. */
export function withoutCertainty(summary: RunSummary): RunSummary {
  const findings = summary.findings.map((finding) => ({ ...finding, certain: false }));
  return { ...summary, verdict: 'unknown', findings, kinds: [] };
}

/** What findings have in common; `address` null: those of more addresses than are kept apart. */
export interface FindingKind {
  readonly code: FindingCode;
  readonly cause: string;
  readonly address: string | null;
}

export interface RunFigures {
  readonly cycles: number | null;
  /** Attempts to bind an internet address, failed ones included. */
  readonly binds: number | null;
  readonly addressInUse: number | null;
  /** Sockets with a certain reference after their free point. */
  readonly lingering: number | null;
  readonly longestLingerNs: number | null;
  /** How long each of them lingered. */
  readonly linger: Distribution | null;
  /** Sockets with a certain reference after `closed`: a measure, never a finding. */
  readonly deferredCloses: number | null;
  readonly longestCloseLagNs: number | null;
  readonly closeLag: Distribution | null;
}

export interface ClaimedFigures {
  readonly cycles: number;
  readonly binds: number;
  readonly addressInUse: number;
}

export interface Note {
  readonly code: 'in-use-by-own-open-socket' | 'outlives-close';
  readonly address: string;
  readonly count: number;
  readonly text: string;
}
