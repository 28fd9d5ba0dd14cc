import type { FailedBind, SocketLife } from '../kernel/ledger.ts';
import type { Doubt } from '../verdict/doubt.ts';
import type { Note } from '../verdict/run-summary.ts';
import type { FindingCode, Found } from './finding.ts';

/** What a rule may know beyond the ledger's record. */
export interface RunFrame {
  readonly run: string;
  /** The run had a network namespace of its own: nobody outside can hold one of its addresses. */
  readonly isolated: boolean;
}

export interface RuleAnswer {
  readonly found?: Found;
  readonly doubt?: Omit<Doubt, 'run'>;
  readonly note?: Omit<Note, 'count'>;
}

/** A kind of finding: looks at one record of the ledger at a time and answers. Pure. */
export interface FindingRule {
  readonly code: FindingCode;
  ofSocket?(life: SocketLife, frame: RunFrame): RuleAnswer;
  ofFailedBind?(bind: FailedBind, frame: RunFrame): RuleAnswer;
}
