/** Which findings and doubts are told in full; the rest is counted. */
import type { Finding, FindingCode } from '../findings/finding.ts';
import type { Doubt } from '../verdict/doubt.ts';
import type { RunSummary } from '../verdict/run-summary.ts';

/** Per arm. Enough to see that the first one was no accident, few enough to read. */
const findingsPerArm = 5;
const doubtsPerCode = 20;

export interface Selection<T> {
  readonly kept: readonly T[];
  readonly omitted: number;
}

/**
 * The first conflicts, and in any case the first linger and the first leak. A certain one goes before one
 * that is not, so that the proof of a `held` is among them. Shown in time order, conflicts first.
 */
export function selectFindings(runs: readonly RunSummary[]): Selection<Finding> {
  const all = runs.flatMap((run) => run.findings);
  const byRank = [...all].sort(bestFirst);
  const guaranteed = (['linger', 'leak'] as const).flatMap(
    (code) => byRank.find((finding) => finding.code === code) ?? [],
  );
  const others = byRank.filter((finding) => !guaranteed.includes(finding));
  const kept = [...guaranteed, ...others.slice(0, findingsPerArm - guaranteed.length)].sort(inOrder);
  const counted = runs.reduce((sum, run) => sum + run.findingsOmitted, all.length);
  return { kept, omitted: counted - kept.length };
}

/** Doubts of the session, then of the runs, each in their order; one of the session told twice is one. */
export function selectDoubts(session: readonly Doubt[], runs: readonly RunSummary[]): Selection<Doubt> {
  const doubts = [...session, ...runs.flatMap((run) => run.doubts)];
  const sessionWide = doubts.filter((doubt) => doubt.run === null);
  const distinct = new Map(sessionWide.map((doubt) => [JSON.stringify(doubt), doubt]));
  const all = [...distinct.values(), ...doubts.filter((doubt) => doubt.run !== null)];
  const seen = new Map<string, number>();
  const kept = all.filter((doubt) => {
    const before = seen.get(doubt.code) ?? 0;
    seen.set(doubt.code, before + 1);
    return before < doubtsPerCode;
  });
  const counted = runs.reduce((sum, run) => sum + run.doubtsOmitted, all.length);
  return { kept, omitted: counted - kept.length };
}

function bestFirst(a: Finding, b: Finding): number {
  return (
    conflictFirst(a.code) - conflictFirst(b.code) || Number(b.certain) - Number(a.certain) || a.at - b.at
  );
}

function inOrder(a: Finding, b: Finding): number {
  return conflictFirst(a.code) - conflictFirst(b.code) || a.at - b.at;
}

function conflictFirst(code: FindingCode): number {
  return code === 'conflict' ? 0 : 1;
}
