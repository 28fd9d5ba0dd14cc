/**
 * What was asked and what came out, in sentences: did the race show where it must, and did the fix take it
 * away? Plain data; nothing in it is escaped. It only tells what the outcome already says.
 */
import { untraced } from '../experiment/plan.ts';
import { armNames, type NameOf } from './arm-name.ts';
import { crossCheckSentences } from './cross-check-words.ts';
import { gateVerdict } from './gate-words.ts';
import { formatCount, formatCounted } from './quantity.ts';
import type { ArmReport, Report } from './report.ts';
import { missingReleases, releasesSentences } from './releases-words.ts';
import { runsHeld } from './runs-held.ts';
import { shardVerdict } from './shard-words.ts';

export interface Headline {
  /** `AS EXPECTED`: says without colour what the colour says. */
  readonly marker: string;
  readonly verdict: string;
  /**
   * One for each traced arm, what must be held first, and one for what a second tracer says; where nothing was traced,
   * what the programs claim.
   */
  readonly sentences: readonly string[];
}

export function headline(report: Report): Headline {
  const traced = report.arms.filter((arm) => arm.tracer !== untraced);
  const bad = traced.filter((arm) => arm.expected === 'held');
  const others = traced.filter((arm) => arm.expected !== 'held');
  const fixed = (arm: ArmReport) =>
    arm.toolchain !== null && bad.some((other) => other.toolchain === arm.toolchain);
  const nameOf = armNames(report);
  return {
    ...(shardVerdict(report) ?? gateVerdict(report) ?? verdictOf(report, nameOf)),
    sentences:
      releasesSentences(report) ??
      (traced.length === 0
        ? report.arms.map((arm) => claimSentence(arm, nameOf))
        : [
            ...bad.map((arm) => knownBadSentence(arm, nameOf)),
            ...others.map((arm) =>
              otherSentence(arm, nameOf, fixed(arm) ? 'With the fix' : 'Clean, as it must be'),
            ),
            ...crossCheckSentences(report),
          ]),
  };
}

function verdictOf(report: Report, nameOf: NameOf): Omit<Headline, 'sentences'> {
  switch (report.outcome) {
    case 'as-expected':
      return { marker: 'AS EXPECTED', verdict: asExpected(report.arms) };
    case 'unexpected':
      return { marker: 'UNEXPECTED', verdict: unexpected(report.arms, nameOf) };
    case 'inconclusive':
      return { marker: 'INCONCLUSIVE', verdict: inconclusive(report, nameOf) };
    case 'interrupted':
      return {
        marker: 'INTERRUPTED',
        verdict: `ended by ${signalName(report)}; this is what was traced until then.`,
      };
    case 'failed':
      return { marker: 'FAILED', verdict: 'the environment failed before anything was traced.' };
  }
}

/** Of an interrupted session: `SIGINT`. */
export function signalName({ exitCode }: Report): string {
  const number = exitCode - 128;
  return signalNames.get(number) ?? `signal ${number}`;
}

const signalNames: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [15, 'SIGTERM'],
]);

function asExpected(arms: readonly ArmReport[]): string {
  const hasBad = arms.some((arm) => arm.expected === 'held');
  const hasGood = arms.some((arm) => arm.expected === 'clean');
  if (hasBad && hasGood) return 'the race showed where it must, and did not show where it must not.';
  if (hasBad) return 'the race showed in every arm that must be held.';
  return 'no arm that must be clean was held; but no arm was run that must be held, so nothing proves that a race would have shown.';
}

function unexpected(arms: readonly ArmReport[], nameOf: NameOf): string {
  const held = arms.filter((arm) => arm.expected === 'clean' && arm.verdict === 'held');
  return `a port was still held in ${formatCounted(held.length, 'arm')} that must be clean: ${listOf(held.map((arm) => nameWithRuns(arm, nameOf)))}.`;
}

function inconclusive(report: Report, nameOf: NameOf): string {
  const { arms } = report;
  const missing = missingReleases(report);
  // In a comparison every arm that was traced is an answer, whether or not something is expected of it.
  const judged =
    report.question.kind === 'compare'
      ? arms.filter((arm) => arm.tracer !== untraced)
      : arms.filter((arm) => arm.expected !== null);
  const notHeld = judged.filter((arm) => arm.expected === 'held' && arm.verdict === 'clean');
  const unknown = judged.filter((arm) => arm.verdict === 'unknown');
  const reasons = [
    ...(judged.length === 0 ? [whyNothingIsJudged(arms)] : []),
    ...(missing === null ? [] : [missing]),
    ...(notHeld.length === 0
      ? []
      : [
          `the race did not show in ${listOf(notHeld.map((arm) => nameWithRuns(arm, nameOf)))}, which must be held, so what is clean proves nothing`,
        ]),
    ...(unknown.length === 0
      ? []
      : [`there is doubt about ${listOf(unknown.map((arm) => nameWithRuns(arm, nameOf)))}`]),
  ];
  return reasons.length === 0 ? 'the evidence does not suffice.' : `${reasons.join('; ')}.`;
}

function whyNothingIsJudged(arms: readonly ArmReport[]): string {
  return arms.some((arm) => arm.tracer !== untraced)
    ? 'nothing is expected of what was traced'
    : 'nothing was traced, and what a program says of itself is no evidence';
}

function claimSentence(arm: ArmReport, nameOf: NameOf): string {
  const { addressInUse, binds } = arm;
  const says = `By its own word: ${nameOf(arm)}`;
  if (addressInUse === null || binds === null) return `${says} says nothing.`;
  return `${says} was refused ${formatCount(addressInUse)} of ${formatCounted(binds, 'bind')} with EADDRINUSE.`;
}

function knownBadSentence(arm: ArmReport, nameOf: NameOf): string {
  const runs = runsHeld(arm).sentence;
  switch (arm.verdict) {
    case 'held':
      return `The race shows: ${nameOf(arm)} still held a port after closing it in ${runs}.${refusals(arm)}`;
    case 'clean':
      return `The race did not show: ${nameOf(arm)} was held in ${runs}.`;
    case 'unknown':
      return `Not known: ${nameOf(arm)} was held in ${runs}, and there is doubt.`;
  }
}

function otherSentence(arm: ArmReport, nameOf: NameOf, expectedClean: string): string {
  const runs = runsHeld(arm).sentence;
  switch (arm.verdict) {
    case 'held':
      return `${arm.expected === null ? 'Held' : 'Held, and must be clean'}: ${nameOf(arm)} still held a port after closing it in ${runs}.${refusals(arm)}`;
    case 'clean':
      return `${arm.expected === null ? 'Clean' : expectedClean}: ${nameOf(arm)} was held in ${runs}.${deferrals(arm)}`;
    case 'unknown':
      return `Not known: ${nameOf(arm)} was held in ${runs}, and there is doubt.`;
  }
}

function refusals({ addressInUse, binds }: ArmReport): string {
  if (addressInUse === null || binds === null) return '';
  return ` ${formatCount(addressInUse)} of its ${formatCounted(binds, 'bind')} failed with EADDRINUSE.`;
}

function deferrals({ deferredCloses, lingering }: ArmReport): string {
  if (deferredCloses === null || deferredCloses === 0 || lingering !== 0) return '';
  return ` Its Close still returned before the socket was gone ${formatCounted(deferredCloses, 'time')}; nothing lingered past the point where it reopens the port.`;
}

function nameWithRuns(arm: ArmReport, nameOf: NameOf): string {
  return `${nameOf(arm)} (${runsHeld(arm).count})`;
}

const namesListed = 5;

function listOf(names: readonly string[]): string {
  const more = names.length - namesListed;
  return [...names.slice(0, namesListed), ...(more > 0 ? [`${formatCount(more)} more`] : [])].join(', ');
}
