/**
 * Two tracers watched the same run: do they tell the same story? Each bind of the one is held against the same bind
 * of the other. What both are sure of must be the same; what only one of them can tell is no disagreement.
 */
import type { Doubt, DoubtCode } from './doubt.ts';
import type { BindLog, LoggedBind, NamedHolder, Refusal } from './bind-log.ts';
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
 * of everything that was found. Where the second is in doubt itself its agreement is worth nothing: the check is not
 * made, and the run stays what it was.
 */
export function crossCheck(own: Witness, other: Witness): RunSummary {
  const { summary } = own;
  const missing = whatIsMissing(own) ?? whatIsMissing(other);
  if (missing !== null) return { ...summary, crossCheck: notMade(other.tracer, missing) };
  const differences = new Differences(summary.run);
  const counts = compareBinds(own, other, differences);
  compareVerdicts(own, other, differences);
  const { count: disagreements, doubts } = differences;
  const isWorthless = other.summary.verdict === 'unknown' && summary.verdict !== 'unknown';
  if (disagreements === 0 && isWorthless) {
    const why = `${other.tracer} is in doubt: ${whyInDoubt(other)}`;
    return { ...summary, crossCheck: notMade(other.tracer, why) };
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

/** Which code of a doubt says that binds may be missing from a trace, or be there under another number. */
const incompleteCodes: ReadonlySet<DoubtCode> = new Set<DoubtCode>([
  'dropped',
  'count-mismatch',
  'unparsed',
  'truncated',
  'probe-error',
  'unpaired',
  'disorder',
  'unordered',
  'not-followed',
  'tracer-died',
  'run-missing',
  'unknown-process',
  'unknown-descriptor',
]);

function whatIsMissing({ tracer, summary, doubts }: Witness): string | null {
  const doubt = [...doubts, ...summary.doubts].find(({ code }) => incompleteCodes.has(code));
  return doubt === undefined ? null : `the trace of ${tracer} is not whole: ${doubt.text}`;
}

function whyInDoubt({ summary, doubts }: Witness): string {
  return [...doubts, ...summary.doubts][0]?.text ?? 'it is sure of nothing that it found';
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
        differences.add(`bind ${index + 1} of ${thread}: ${told.text}`, { pid, address });
      }
      if (a === undefined || b === undefined) continue;
      counts.compared++;
      if (a.answered === 'blocked') counts.refused++;
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
    const [who, whoNot, { address }] = a === undefined ? [theirs, ours, b as LoggedBind] : [ours, theirs, a];
    return { kind: 'different', text: `${who} saw it ask for ${address}, ${whoNot} did not see it` };
  }
  const both = (tell: (bind: LoggedBind) => string): Difference => {
    return { kind: 'different', text: `${tell(a)} by ${ours}, ${tell(b)} by ${theirs}` };
  };
  if (a.address !== b.address) return both(({ address }) => `it asked for ${address}`);
  const place = `of ${a.address}`;
  if (a.answered !== b.answered)
    return both(({ answered }) => `${place}, ${answered === 'free' ? 'given' : 'refused'}`);
  const predictions = new Set([a.predicted, b.predicted]);
  if (predictions.has('free') && predictions.has('blocked'))
    return both(({ predicted }) => `${place}, which had to be ${predicted}`);
  const agreement = compareRefusals(a.refusal, b.refusal);
  if (agreement === 'different')
    return both(({ refusal }) => `${place}, refused because of ${holdersText(refusal)}`);
  return { kind: agreement === 'same' ? 'none' : 'undetermined' };
}

/**
 * Calls are seen a moment earlier by the one and later by the other, so that a close that was under way may have begun
 * before the bind for one of them only. Who really held the address is a possible holder for both.
 */
function compareRefusals(a: Refusal | null, b: Refusal | null): 'same' | 'undetermined' | 'different' {
  if (a === null || b === null) return a === b ? 'same' : 'undetermined';
  // The same, but no name.
  if (a.holders.length === 0 && b.holders.length === 0) return 'undetermined';
  if (a.holders.length === 0 || b.holders.length === 0) {
    return (a.holders.length === 0 ? a : b).isOpen ? 'undetermined' : 'different';
  }
  if (!isPossibleFor(a, b) || !isPossibleFor(b, a)) return 'different';
  if (!a.holders.some((holder) => isAmong(holder, b.holders))) return 'different';
  const [ours, theirs] = [decisive(a), decisive(b)];
  const isSame = ours.length === theirs.length && ours.every((holder) => isAmong(holder, theirs));
  return isSame ? 'same' : 'undetermined';
}

/** Whatever the one is sure of. */
function isPossibleFor(a: Refusal, b: Refusal): boolean {
  return a.holders.every((holder) => !holder.certain || isAmong(holder, b.holders));
}

function decisive({ holders }: Refusal): readonly NamedHolder[] {
  const certain = holders.filter((holder) => holder.certain);
  return certain.length > 0 ? certain : holders;
}

function isAmong(holder: NamedHolder, others: readonly NamedHolder[]): boolean {
  return others.some((other) => isSameHolder(holder, other));
}

/** The same socket, held by the same reference; a tracer may leave out calls in flight beside a descriptor. */
function isSameHolder(a: NamedHolder, b: NamedHolder): boolean {
  const isSameSocket = a.boundBy?.thread === b.boundBy?.thread && a.boundBy?.number === b.boundBy?.number;
  return isSameSocket && a.references.some((name) => b.references.includes(name));
}

function holdersText(refusal: Refusal | null): string {
  if (refusal === null || refusal.holders.length === 0) return 'nobody inside the run';
  return refusal.holders.map(holderText).join(' or ');
}

function holderText({ boundBy, references, certain }: NamedHolder): string {
  const bound = boundBy === null ? 'not by a bind' : `by bind ${boundBy.number} of ${boundBy.thread}`;
  return `${certain ? '' : 'perhaps '}${references.join(' and ')} (bound ${bound})`;
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
