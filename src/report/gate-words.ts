/** The answer of a gate in words: plain text, nothing in it is escaped. */
import { excerpt } from './excerpt.ts';
import { formatCount, formatCounted } from './quantity.ts';
import type { GateReport, Report } from './report.ts';
import { formatClaim } from './statistics-words.ts';

/** Null: it is no gate, or it never came to an answer. */
export function gateVerdict(report: Report): { readonly marker: string; readonly verdict: string } | null {
  const { gate, question, outcome } = report;
  if (gate === null || question.kind !== 'gate') return null;
  const why = gate.reasons.map(describeReason).join('; ');
  switch (outcome) {
    case 'as-expected':
      return {
        marker: 'GATE GREEN',
        verdict: `it could have gone red, and every subject is clean as far as the claim goes (${formatClaim(question.claim)})${knownWords(gate)}.`,
      };
    case 'unexpected':
      return { marker: 'GATE RED', verdict: `${why}.` };
    case 'inconclusive': {
      const letThrough = question.inconclusive === 'pass' ? ' Let through by --inconclusive=pass.' : '';
      return {
        marker: 'GATE INCONCLUSIVE',
        verdict: `${why === '' ? 'the session broke off' : why}.${letThrough}`,
      };
    }
    default:
      return null;
  }
}

function knownWords({ findings }: GateReport): string {
  const known = findings.filter(({ state }) => state === 'known').length;
  return known === 0 ? '' : `, but for ${formatCounted(known, 'finding')} that the baseline knows`;
}

export function describeReason({ code, subject }: GateReport['reasons'][number]): string {
  const name = excerpt(subject ?? '');
  switch (code) {
    case 'known-bad-missing':
      return 'no known-bad arm was run, so that the gate could not have gone red';
    case 'known-good-missing':
      return 'no known-good arm was run';
    case 'subject-missing':
      return 'there was nothing to gate';
    case 'known-bad-not-held':
      return `the known-bad arm ${name} was not held, so that the gate could not have gone red`;
    case 'known-good-held':
      return `the known-good arm ${name} was held`;
    case 'subject-held':
      return `${name} was held`;
    case 'in-doubt':
      return `there is doubt about ${name}`;
    case 'nothing-bound':
      return `${name} bound nothing in too many runs, and a run without a bind proves nothing`;
    case 'too-few-runs':
      return `${name} was run too few times for the claim`;
  }
}

export function describeGateFinding(finding: GateReport['findings'][number]): string {
  const { subject, code, cause, address, heldRuns, runs, state, before } = finding;
  const where = address === null ? 'any address' : excerpt(address);
  const what = `${excerpt(subject)}: ${code} (${excerpt(cause)}) of ${where}`;
  const was =
    before === null ? '' : `, ${formatCount(before.heldRuns)} of ${formatCount(before.runs)} in the baseline`;
  const now = `in ${formatCount(heldRuns)} of ${formatCounted(runs, 'run')}${was}`;
  switch (state) {
    case 'new':
      return `NEW ${what}, ${now}`;
    case 'grown':
      return `GROWN ${what}, ${now}: more often than chance explains`;
    case 'known':
      return `known ${what}, ${now}`;
    case 'gone':
      return `gone ${what}${was}, and not seen any more: take it out of the baseline`;
  }
}
