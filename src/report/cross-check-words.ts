/** What a second tracer says of the same runs, in words: plain text, nothing in it is escaped. */
import { excerpt } from './excerpt.ts';
import { formatCount, formatCounted } from './quantity.ts';
import type { CrossCheckReport, Report } from './report.ts';

/** One for all arms; none where nothing else watched. */
export function crossCheckSentences({ arms }: Pick<Report, 'arms'>): readonly string[] {
  const checks = arms.flatMap(({ crossCheck }) => crossCheck ?? []);
  const [first] = checks;
  if (first === undefined) return [];
  const own = new Set(arms.flatMap(({ tracer, crossCheck }) => (crossCheck === null ? [] : [tracer])));
  const names = [...own].map((name) => excerpt(name)).join(', ');
  const whyNot = checks.find((check) => check.whyNot !== null)?.whyNot ?? '';
  const total = checks.reduce(sumOf);
  if (total.runs === 0) {
    const runs = formatCounted(total.runsNotCompared, 'run');
    return [
      `Not cross-checked: ${excerpt(first.tracer)} watched the same ${runs}, and none could be compared: ${excerpt(whyNot, whyLength)}.`,
    ];
  }
  return [`${answer(total, `${names} and ${excerpt(first.tracer)}`)}${gap(total, whyNot)}`];
}

function answer(
  { runs, compared, refused, undetermined, disagreements }: CrossCheckReport,
  both: string,
): string {
  const watched = `${both} watched the same ${formatCounted(runs, 'run')}`;
  const binds = formatCounted(compared, 'bind');
  if (disagreements > 0) {
    const places = formatCounted(disagreements, 'place');
    return `The cross-check failed: ${watched} and disagree in ${places} (${binds} compared); the runs in which they do are in doubt.`;
  }
  const same = `Cross-checked: ${watched} and saw the same ${binds}`;
  if (refused === 0) return `${same}, none of them refused.`;
  if (undetermined === 0) {
    return `${same}; at each of the ${formatCount(refused)} that were refused they name the same holder.`;
  }
  const named = formatCount(refused - undetermined);
  return `${same}; at ${named} of the ${formatCount(refused)} that were refused they name the same holder, at ${formatCount(undetermined)} not both can tell who it was.`;
}

function gap({ runs, runsNotCompared }: CrossCheckReport, whyNot: string): string {
  if (runsNotCompared === 0) return '';
  const all = formatCounted(runs + runsNotCompared, 'run');
  return ` ${formatCount(runsNotCompared)} of ${all} could not be compared: ${excerpt(whyNot, whyLength)}.`;
}

function sumOf(a: CrossCheckReport, b: CrossCheckReport): CrossCheckReport {
  return {
    tracer: a.tracer,
    runs: a.runs + b.runs,
    runsNotCompared: a.runsNotCompared + b.runsNotCompared,
    whyNot: a.whyNot ?? b.whyNot,
    compared: a.compared + b.compared,
    refused: a.refused + b.refused,
    undetermined: a.undetermined + b.undetermined,
    disagreements: a.disagreements + b.disagreements,
  };
}

const whyLength = 300;
