/** Reasons why the ledger may be incomplete or the answer lies outside it. Each makes its run `unknown` at best. */
import type { Nanos, Pid } from '../trace/ids.ts';
import type { LossReason } from '../trace/event.ts';

export interface Doubt {
  readonly code: DoubtCode;
  /** Null: it concerns every run of the session. */
  readonly run: string | null;
  /** `udp 127.0.0.1:3001`, where the doubt is about one address. */
  readonly address: string | null;
  readonly pid: Pid | null;
  readonly at: Nanos | null;
  /** One sentence for people; foreign bytes are escaped by the renderer. */
  readonly text: string;
}

export type DoubtCode =
  | LossReason
  // the address was taken, and nobody inside the trace held it
  | 'foreign-holder'
  | 'left-connection'
  | 'no-free-port'
  | 'unknown-address'
  // the replay and the kernel disagree: events are missing or a rule is wrong
  | 'contradiction'
  // what the replay infers is not what a tracer in the kernel says
  | 'identity-disagrees'
  // what another tracer says of the same run is something else
  | 'cross-check-disagrees'
  | 'unknown-descriptor'
  | 'unknown-process'
  // marks
  | 'ambiguous-mark'
  | 'unmatched-mark'
  // the program's own word
  | 'claims-missing'
  | 'claims-disagree'
  // the run
  | 'run-missing'
  | 'run-failed'
  | 'run-killed'
  | 'untraced'
  // blind spots
  | 'namespace-changed'
  | 'blind-spot'
  // the session
  | 'altered'
  | 'shard-missing'
  | 'interrupted'
  | 'check-crashed';

/** As losses without a time: with one of them no finding of the run is certain. */
export const refutingCodes: ReadonlySet<DoubtCode> = new Set<DoubtCode>([
  'contradiction',
  'identity-disagrees',
  'cross-check-disagrees',
  'claims-disagree',
]);

/** Calls may be missing from the trace, or be there under another process. */
export const incompleteCodes: ReadonlySet<DoubtCode> = new Set<DoubtCode>([
  'dropped',
  'count-mismatch',
  'unparsed',
  'truncated',
  'probe-error',
  'unpaired',
  'disorder',
  'unordered',
  'not-followed',
  'tracer-died',
  'run-missing',
  'unknown-process',
  'unknown-descriptor',
]);
