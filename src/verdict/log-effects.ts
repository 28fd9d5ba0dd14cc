/** What it does to a judgement that a log lacks something. */
import type { Finding } from '../findings/finding.ts';
import type { RunSummary } from './run-summary.ts';

export const lackEffects = ['findings', 'unproven-closes', 'clean', 'none'] as const;
/**
 * `findings`: nothing found in it is certain. `unproven-closes`: a finding that rests on no close having been seen
 * is not. `clean`: what was not found may be there all the same. `none`: it takes away details only.
 */
export type LackEffect = (typeof lackEffects)[number];

/** The verdict that is left; a certain finding stays held whatever else is missing. */
export function weaken(summary: RunSummary, effects: readonly LackEffect[]): RunSummary {
  const isCertain = certainty(effects);
  const findings = summary.findings.map((finding) => {
    return finding.certain && !isCertain(finding) ? { ...finding, certain: false } : finding;
  });
  const isHeld = summary.verdict === 'held' && findings.some(({ certain }) => certain);
  const isClean = summary.verdict === 'clean' && effects.every((effect) => effect === 'none');
  return { ...summary, findings, verdict: isHeld ? 'held' : isClean ? 'clean' : 'unknown' };
}

function certainty(effects: readonly LackEffect[]): (finding: Finding) => boolean {
  if (effects.includes('findings')) return () => false;
  if (effects.includes('unproven-closes')) return isProvenWithoutCloses;
  return () => true;
}

/** A call in flight, or a descriptor that somebody closed later, was there. */
function isProvenWithoutCloses({ holders }: Finding): boolean {
  return holders.some(({ kind, certain, releasedBy }) => certain && (kind === 'call' || releasedBy !== null));
}
