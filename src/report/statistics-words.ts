/** Tests, intervals and cautions in words: plain text, nothing in it is escaped. */
import type { Claim } from '../statistics/claim.ts';
import { formatCount, formatCounted, formatShare } from './quantity.ts';
import type { CautionReport, ComparisonReport, TracerEffectReport } from './report.ts';

/** `p = 0.0079`, `p < 10^-15`: three digits; what is smaller than that says no more. */
function formatP(p: number): string {
  if (p < 1e-15) return 'p < 10^-15';
  return `p = ${p < 1e-4 ? p.toExponential(2).replace('e-', ' x 10^-') : String(Number(p.toPrecision(3)))}`;
}

/** A ratio of rates or of odds, three digits. */
function formatRatio(ratio: number): string {
  if (ratio >= 999.5) return ratio < 1e9 ? formatCount(Math.round(ratio)) : ratio.toExponential(2);
  return String(Number(ratio.toPrecision(3)));
}

/** `<10 % at 95 %` */
export function formatClaim({ below, confidence }: Claim): string {
  return `<${percent(below)} at ${percent(confidence)}`;
}

/** As the user wrote it: 10 %, 0.5 %. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** What a tracer did to the rate, behind a colon. */
export function describeEffect(effect: TracerEffectReport['effect']): string {
  switch (effect.kind) {
    case 'ratio': {
      const high = effect.high === null ? 'no upper bound' : formatRatio(effect.high);
      return `${formatRatio(effect.ratio)} times the untraced rate (95 %: ${formatRatio(effect.low)} to ${high})`;
    }
    case 'first-only':
      return `seen only when traced (${formatP(effect.p)})`;
    case 'second-only':
      return `seen only when untraced (${formatP(effect.p)})`;
    case 'neither':
      return 'none either way';
    case 'no-trials':
      return 'not known: a side has no binds';
  }
}

type Test = NonNullable<ComparisonReport['test']>;

/** One sentence: how sure it is that two arms differ, and by how much. */
export function describeTest(test: Test, comparisons: number): string {
  const adjusted = comparisons > 1 ? `, ${formatP(test.pAdjusted)} by Holm over ${comparisons}` : '';
  const sided = test.pLess <= test.pGreater ? ['fewer', test.pLess] : ['more', test.pGreater];
  const oneSided = `one-sided, held in ${sided[0]}: ${formatP(sided[1] as number)}`;
  return `two-sided ${formatP(test.pTwoSided)}${adjusted}; ${oneSided}; ${describeOdds(test.oddsRatio)}`;
}

function describeOdds({ estimate, low, high }: Test['oddsRatio']): string {
  if (estimate.kind === 'undefined') return 'odds ratio: nothing can be said';
  const value = estimate.value === null ? 'infinite' : formatRatio(estimate.value);
  const end = high.value === null ? 'infinite' : formatRatio(high.value);
  return `odds ratio ${value} (95 %: ${formatRatio(low)} to ${end})`;
}

/** What "no difference seen" leaves open. */
export function describeDetectable({ higher, lower }: Test['detectable']): string {
  const seen = [
    ...(lower === null ? [] : [`at most ${formatShare(lower, 'down')}`]),
    ...(higher === null ? [] : [`at least ${formatShare(higher, 'up')}`]),
  ];
  return seen.length === 0
    ? 'these runs could not have told any rate from the reference'
    : `with these runs a rate of ${seen.join(' or ')} would have been told from the reference 8 times in 10`;
}

export function describeCaution(caution: CautionReport, nameOf: (id: string) => string): string {
  switch (caution.code) {
    case 'too-few-runs':
      return `${nameOf(caution.arm)} was clean in ${formatCounted(caution.runs, 'run')}; to claim ${formatClaim(caution.claim)} takes ${formatCount(caution.needed)}.`;
    case 'runs-missing':
      return `${nameOf(caution.arm)}: ${formatCount(caution.runs)} of ${formatCounted(caution.planned, 'planned run')} were done.`;
    case 'unknown-runs':
      return `${nameOf(caution.arm)}: ${formatCount(caution.unknownRuns)} of ${formatCounted(caution.runs, 'run')} are in doubt, and may have been held or clean.`;
    case 'foreign-holder-seen':
      return `${nameOf(caution.arm)}: in ${formatCount(caution.foreignRuns)} of ${formatCounted(caution.runs, 'run')} somebody else had the address.`;
    case 'known-bad-not-held':
      return `${nameOf(caution.arm)} must be held and was not in any of ${formatCounted(caution.runs, 'run')}: what is clean beside it proves nothing.`;
    case 'known-bad-missing':
      return 'No arm was run that must be held: nothing proves that a race would have shown.';
    case 'tracer-moved-rate':
      return `The tracer moved the rate of ${nameOf(caution.arm)}: ${describeEffect(caution.effect)}.`;
    case 'tracer-effect-unknown':
      return `What the tracer did to the rate of ${nameOf(caution.arm)} is not known: ${effectGaps[caution.why]}.`;
    case 'comparison-blind':
      return `${nameOf(caution.arm)} against ${nameOf(caution.other)}: too few runs to see any difference, even between never and always.`;
    case 'machine-busy':
      return `Others were using the machine: load ${caution.loadAverage.toFixed(2)} on ${formatCounted(caution.cpus, 'processor')} before the first run.`;
  }
}

const effectGaps = {
  'not-run-untraced': 'it was not run untraced',
  'no-binds': 'it claims no binds',
  'too-few-runs': 'too few runs',
} as const;
