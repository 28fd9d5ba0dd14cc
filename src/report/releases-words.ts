/** A list of releases in sentences. Plain data; nothing in it is escaped. */
import { parseGoRelease } from '../experiment/go-release.ts';
import { formatCounted } from './quantity.ts';
import { readHistories, stretchesOf, type Stretch, type VariantHistory } from './releases.ts';
import type { Report } from './report.ts';

/** One for each variant, then what is missing. Null: the report is about something else. */
export function releasesSentences(report: Report): string[] | null {
  const { question } = report;
  if (question.kind !== 'releases') return null;
  return [
    ...readHistories(report).map(historySentence),
    ...question.missing.map(({ release, why }) => `Missing: ${release}, which could not be had: ${why}`),
  ];
}

/** `there is doubt`, in the verdict of a list with gaps; null: it has none. */
export function missingReleases({ question }: Report): string | null {
  if (question.kind !== 'releases' || question.missing.length === 0) return null;
  return `${formatCounted(question.missing.length, 'release')} of the list could not be had`;
}

function historySentence(history: VariantHistory): string {
  const stretches = stretchesOf(history).map(describeStretch);
  const changed = history.arms.filter(({ toolchain }) => parseGoRelease(toolchain)?.counterfactual !== null);
  const beside = changed.map(({ toolchain, verdict }) => `${verdict} on ${toolchain}`);
  return `${history.variant}: ${[...stretches, ...beside].join('; ') || 'no release was run'}.`;
}

function describeStretch({ verdict, first, last }: Stretch): string {
  return first === last ? `${verdict} on ${first}` : `${verdict} from ${first} to ${last}`;
}
