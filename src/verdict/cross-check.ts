/**
 * Two tracers watched the same run: do they tell the same story? Each bind of the one is held against the same bind
 * of the other. What both are sure of must be the same; what only one of them can tell is no disagreement.
 */
import { compareRefusals, refusedFor } from './compare-refusals.ts';
import { incompleteCodes, refutingCodes } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { BindLog, LoggedBind } from './bind-log.ts';
import { withoutCertainty } from './run-summary.ts';
import type { CrossCheck, RunSummary } from './run-summary.ts';

/** What one tracer has of a run. */
export interface Witness {
  readonly tracer: string;
  readonly summary: RunSummary;
  readonly binds: BindLog;
  /** Those that concern every run of its trace. */
  readonly doubts: readonly Doubt[];
}

/**
 * The run as the first one has it, with what the second says of it. A disagreement is a doubt, and takes the certainty
 * of everything that was found. Where a trace is not whole, or the second is refuted itself, so that its agreement is
 * worth nothing, the check is not made, and the run stays what it was.
 */
export function crossCheck(own: Witness, other: Witness): RunSummary {
  const { summary } = own;
  const missing = whatIsMissing(own) ?? whatIsMissing(other);
  if (missing !== null) return { ...summary, crossCheck: notMade(other.tracer, missing) };
  const differences = new Differences(summary.run);
  const counts = compareBinds(own, other, differences);
  compareVerdicts(own, other, differences);
  const { count: disagreements, doubts } = differences;
  const refuted = whyRefuted(other);
  if (disagreements === 0 && refuted !== null) {
    return { ...summary, crossCheck: notMade(other.tracer, refuted) };
  }
  const checked = {
    ...summary,
    crossCheck: { tracer: other.tracer, ...counts, disagreements, notMade: null },
  };
  if (disagreements === 0) return checked;
  return withoutCertainty({
    ...checked,
    doubts: [...doubts, ...summary.doubts],
    doubtsOmitted: summary.doubtsOmitted + disagreements - doubts.length,
  });
}

function whatIsMissing({ tracer, summary, doubts }: Witness): string | null {
  const doubt = [...doubts, ...summary.doubts].find(({ code }) => incompleteCodes.has(code));
  if (doubt !== undefined) return `the trace of ${tracer} is not whole: ${doubt.text}`;
  return summary.doubtsOmitted > 0 ? `there are too many doubts about the trace of ${tracer}` : null;
}

/** Its books do not agree with themselves, with the kernel, or with what the program claims. */
function whyRefuted({ tracer, summary }: Witness): string | null {
  const doubt = summary.doubts.find(({ code }) => refutingCodes.has(code));
  return doubt === undefined ? null : `${tracer} is in doubt: ${doubt.text}`;
}

function notMade(tracer: string, why: string): CrossCheck {
  return { tracer, compared: 0, refused: 0, undetermined: 0, disagreements: 0, notMade: why };
}

type Counts = Pick<CrossCheck, 'compared' | 'refused' | 'undetermined'>;

function compareBinds(own: Witness, other: Witness, differences: Differences): Counts {
  const counts = { compared: 0, refused: 0, undetermined: 0 };
  for (const thread of new Set([...own.binds.threads.keys(), ...other.binds.threads.keys()])) {
    const [ours, theirs] = [own.binds.threads.get(thread), other.binds.threads.get(thread)];
    const pid = ours?.pid ?? theirs?.pid ?? null;
    const most = Math.max(ours?.binds.length ?? 0, theirs?.binds.length ?? 0);
    for (let index = 0; index < most; index++) {
      const [a, b] = [ours?.binds[index], theirs?.binds[index]];
      const told = differenceOf(a, b, [own.tracer, other.tracer]);
      if (told.kind === 'different') {
        const address = (a ?? b)?.address ?? null;
        const place = `bind ${index + 1} of ${thread} to ${address ?? '?'}`;
        differences.add(`${place}: ${told.text}`, { pid, address });
      }
      if (a === undefined || b === undefined) continue;
      counts.compared++;
      if (a.answered === 'blocked' && b.answered === 'blocked') counts.refused++;
      if (told.kind === 'undetermined') counts.undetermined++;
    }
  }
  return counts;
}

/** Counted; the first ones are kept, as doubts. */
class Differences {
  readonly doubts: Doubt[] = [];
  count = 0;
  readonly #run: string;

  constructor(run: string) {
    this.#run = run;
  }

  add(text: string, about: Pick<Doubt, 'pid' | 'address'>): void {
    this.count++;
    if (this.doubts.length === doubtsKept) return;
    this.doubts.push({ code: 'cross-check-disagrees', run: this.#run, at: null, ...about, text });
  }
}

type Difference =
  { readonly kind: 'none' | 'undetermined' } | { readonly kind: 'different'; readonly text: string };

function differenceOf(
  a: LoggedBind | undefined,
  b: LoggedBind | undefined,
  [ours, theirs]: readonly [string, string],
): Difference {
  if (a === b) return { kind: 'none' };
  if (a === undefined || b === undefined) {
    const [who, whoNot] = a === undefined ? [theirs, ours] : [ours, theirs];
    return { kind: 'different', text: `${who} saw it, ${whoNot} did not` };
  }
  const both = (tell: (bind: LoggedBind) => string): Difference => {
    return { kind: 'different', text: `by ${ours} ${tell(a)}; by ${theirs} ${tell(b)}` };
  };
  if (a.address !== b.address) return both(({ address }) => `it asked for ${address}`);
  if (a.answered !== b.answered)
    return both(({ answered }) => (answered === 'free' ? 'it was given' : 'it was refused'));
  if (a.answered === 'free') return isContrary(a, b) ? both(expectation) : { kind: 'none' };
  const agreement = compareRefusals(a.refusal, b.refusal);
  if (agreement === 'different')
    return both(({ refusal }) => `it was refused because of ${refusedFor(refusal)}`);
  return { kind: agreement === 'same' ? 'none' : 'undetermined' };
}

/** By their books one of them is sure that it had to be refused, the other that nothing was in the way. */
function isContrary(a: LoggedBind, b: LoggedBind): boolean {
  return a.predicted !== b.predicted && [a, b].every(({ predicted }) => predicted !== 'undetermined');
}

function expectation({ predicted }: LoggedBind): string {
  return predicted === 'free'
    ? 'nothing was in its way'
    : 'something was in its way, and it was given all the same';
}

function compareVerdicts(own: Witness, other: Witness, differences: Differences): void {
  const [ours, theirs] = [own.summary.verdict, other.summary.verdict];
  if (ours === 'unknown' || theirs === 'unknown' || ours === theirs) return;
  differences.add(`the run is ${ours} by ${own.tracer}, ${theirs} by ${other.tracer}`, {
    pid: null,
    address: null,
  });
}

/** Of a run. */
const doubtsKept = 20;
