/** How the arms differ: durations, tests against the reference, and what to know before trusting them. */
import { namesOfIds } from '../arm-name.ts';
import { comparisonTexts } from '../comparison-words.ts';
import { formatCounted, formatDuration } from '../quantity.ts';
import type { ArmReport, Report } from '../report.ts';
import { describeCaution } from '../statistics-words.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

/** Of arms that have any. */
export function durationsSection(report: Report, { paint, textWidth: width }: Page): string[] {
  if (report.question.kind !== 'compare') return [];
  const nameOf = namesOfIds(report);
  const lines = report.arms.flatMap((arm) => [
    ...durationLine(`${nameOf(arm.id)}, linger`, arm.linger),
    ...durationLine(`${nameOf(arm.id)}, close lag`, arm.closeLag),
  ]);
  if (lines.length === 0) return [];
  const legend =
    'linger: from the free point to the last reference; close lag: from the return of Close. Each histogram runs from its first to its last bin (1, 2, 5, 10, ...), _ for none, # for the most.';
  return [
    paint.bold('HOW LONG'),
    ...lines.flatMap((text) => prose(text, { width, first: '  ', rest: '    ' })),
    ...prose(legend, { width, rest: '  ' }).map(paint.dim),
  ];
}

function durationLine(name: string, durations: ArmReport['linger']): string[] {
  if (durations === null || durations.p50Ns === null) return [];
  const { count, p50Ns, p99Ns, maxNs, histogram } = durations;
  const [first, last] = [histogram[0], histogram.at(-1)];
  const figures = [p50Ns, p99Ns ?? p50Ns, maxNs ?? p50Ns].map(formatDuration);
  const [p50 = '', p99 = '', max = ''] = figures;
  const picture =
    first === undefined || last === undefined
      ? ''
      : `; ${formatDuration(first.fromNs)} ${sketch(histogram.map((bin) => bin.count))} ${formatDuration(last.belowNs)}`;
  return [`${name}: ${formatCounted(count, 'socket')}, p50 ${p50}, p99 ${p99}, max ${max}${picture}`];
}

const shades = '.:-=+*#';

/** One character a bin. */
function sketch(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const shade = (count: number) =>
    count === 0 ? '_' : (shades[Math.ceil((count / most) * shades.length) - 1] ?? '#');
  return `|${counts.map(shade).join('')}|`;
}

export function comparisonSection(report: Report, { paint, textWidth: width }: Page): string[] {
  const compared = comparisonTexts(report);
  if (compared === null) return [];
  return [
    ...prose(`COMPARED WITH ${compared.reference}`, { width, rest: '  ' }).map(paint.bold),
    ...compared.texts.flatMap((text) => prose(text, { width, first: '  ', rest: '    ' })),
    ...prose("p: Fisher's exact test over runs. Different: at most 0.05 after Holm.", {
      width,
      rest: '  ',
    }).map(paint.dim),
  ];
}

export function cautionsSection(report: Report, { paint, textWidth: width }: Page): string[] {
  if (report.cautions.length === 0) return [];
  const nameOf = namesOfIds(report);
  return [
    paint.bold('CAUTIONS'),
    ...report.cautions
      .flatMap((caution) => prose(describeCaution(caution, nameOf), { width, first: '  ', rest: '    ' }))
      .map(paint.yellow),
  ];
}
