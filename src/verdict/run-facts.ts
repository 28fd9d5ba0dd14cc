/** What is known of a run beside its trace: how it ended, and what it claims. */
import type { ClaimsValue } from './claims.ts';
import type { Doubt, DoubtCode } from './doubt.ts';
import type { RunSummary } from './run-summary.ts';

export interface RunFacts {
  readonly run: string;
  /** Of its first process; null: not known. */
  readonly pid: number | null;
  /** It had a network namespace of its own. */
  readonly isolated: boolean;
  /** Null: there is no record of its end. */
  readonly ended: {
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly by: 'itself' | 'timeout' | 'stopped';
    readonly error: string | null;
  } | null;
  /** Null: none, or not readable. */
  readonly claims: ClaimsValue | null;
  /** False for a program that makes none (the user's own). */
  readonly claimsExpected: boolean;
}

/**
 * @param trace whether the launcher's marks for its begin and end are in the trace; `empty`: they are, and
 * between them no start of the program
 */
export function runDoubts(facts: RunFacts, trace: 'whole' | 'cut' | 'empty'): Doubt[] {
  const doubts: Doubt[] = [];
  const add = (code: DoubtCode, text: string): void => {
    doubts.push({ code, run: facts.run, address: null, pid: null, at: null, text });
  };
  if (trace === 'cut') add('run-missing', 'the trace does not show the run from its begin to its end');
  if (trace === 'empty') add('run-missing', 'the trace does not show the start of the program');
  const { ended } = facts;
  if (ended === null) add('run-missing', 'the launcher left no record of the end of this run');
  else if (ended.error !== null) add('run-failed', `the run could not be done: ${ended.error}`);
  else if (ended.by === 'timeout') add('run-killed', 'the run took too long and was ended');
  else if (ended.by === 'stopped') add('run-killed', 'the session ended before the run did');
  else if (ended.signal !== null) add('run-killed', `the program was ended by ${ended.signal}`);
  else if (ended.exitCode !== 0) add('run-failed', `the program exited with ${ended.exitCode}`);
  if (facts.claims === null && facts.claimsExpected)
    add('claims-missing', 'the program left no readable claims');
  return doubts;
}

/** Nothing watched it: its figures are what it claims, and that is no evidence. */
export function untracedSummary(facts: RunFacts): RunSummary {
  const { claims } = facts;
  const doubts = runDoubts(facts, 'whole');
  return {
    run: facts.run,
    verdict: 'unknown',
    doubts,
    doubtsOmitted: 0,
    findings: [],
    findingsOmitted: 0,
    kinds: [],
    figures: {
      cycles: claims?.cycles ?? null,
      binds: claims?.binds ?? null,
      addressInUse: claims?.addressInUse ?? null,
      lingering: null,
      longestLingerNs: null,
      linger: null,
      deferredCloses: null,
      longestCloseLagNs: null,
      closeLag: null,
    },
    claimed: claims,
    notes: [],
    crossCheck: null,
  };
}
