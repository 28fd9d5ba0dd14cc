/** The claim of a gate, and what was held against its baseline. */
import { describeGateFinding } from '../gate-words.ts';
import { formatCounted } from '../quantity.ts';
import type { Report } from '../report.ts';
import { formatClaim } from '../statistics-words.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function gateSection({ gate, question }: Report, { paint, textWidth: width }: Page): string[] {
  if (gate === null || question.kind !== 'gate') return [];
  const baseline = question.baseline === null ? 'no baseline' : 'a baseline';
  return [
    paint.bold('GATE'),
    ...[
      `claim ${formatClaim(question.claim)}, which takes ${formatCounted(gate.runsNeeded, 'clean run')} of an arm; ${baseline}`,
      ...gate.findings.map(describeGateFinding),
    ].flatMap((text) => prose(text, { width, first: '  ', rest: '    ' })),
  ];
}
