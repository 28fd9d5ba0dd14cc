/**
 * Which findings, doubts and notes are told in full; the rest is counted. Each keeps no more than it will tell, and
 * tells the same in whatever order the runs come.
 */
import type { Finding, FindingCode } from '../findings/finding.ts';
import type { Doubt } from '../verdict/doubt.ts';
import type { Note, RunSummary } from '../verdict/run-summary.ts';
import { FirstOf } from './first-of.ts';
import { compareRuns } from './run-order.ts';

/** Per arm. Enough to see that the first one was no accident, few enough to read. */
const findingsPerArm = 5;
const doubtsPerCode = 20;
const notesPerArm = 100;

export interface Selection<T> {
  readonly kept: readonly T[];
  readonly omitted: number;
}

/** One of a run's, with its place among them. */
interface Placed<T> {
  readonly value: T;
  readonly run: string;
  readonly place: number;
}

/**
 * The first conflicts, and in any case the first linger and the first leak. A certain one goes before one that is not,
 * so that the proof of a `held` is among them. Told in the order of time, conflicts first.
 */
export class FindingSelection {
  readonly #best = new FirstOf<Placed<Finding>>(findingsPerArm, bestFirst);
  readonly #guaranteed = { linger: new FirstOf(1, bestFirst), leak: new FirstOf(1, bestFirst) };
  #counted = 0;

  add({ run, findings, findingsOmitted }: RunSummary): void {
    this.#counted += findings.length + findingsOmitted;
    for (const [place, value] of findings.entries()) {
      const placed = { value, run, place };
      this.#best.add(placed);
      if (value.code !== 'conflict') this.#guaranteed[value.code].add(placed);
    }
  }

  selection(): Selection<Finding> {
    const guaranteed = [...this.#guaranteed.linger.values, ...this.#guaranteed.leak.values];
    const others = this.#best.values.filter((finding) => !guaranteed.includes(finding));
    const kept = [...guaranteed, ...others.slice(0, findingsPerArm - guaranteed.length)].sort(inOrder);
    return { kept: kept.map(({ value }) => value), omitted: this.#counted - kept.length };
  }
}

/** The doubts of the runs of one arm; one that concerns the whole session is told by the session. */
export class DoubtSelection {
  readonly #byCode = new Map<string, FirstOf<Placed<Doubt>>>();
  #counted = 0;

  add({ run, doubts, doubtsOmitted }: Pick<RunSummary, 'run' | 'doubts' | 'doubtsOmitted'>): void {
    this.#counted += doubtsOmitted;
    for (const [place, value] of doubts.entries()) {
      if (value.run === null) continue;
      this.#counted++;
      const first = this.#byCode.get(value.code) ?? new FirstOf<Placed<Doubt>>(doubtsPerCode, byPlace);
      this.#byCode.set(value.code, first);
      first.add({ value, run, place });
    }
  }

  get count(): number {
    return this.#counted;
  }

  /** How many different ones there are. */
  get codes(): number {
    return this.#byCode.size;
  }

  /** The first of every code, in the order of the runs. */
  get first(): readonly Doubt[] {
    const all = [...this.#byCode.values()].flatMap((first) => first.values);
    return all.sort(byPlace).map(({ value }) => value);
  }
}

export class NoteSelection {
  readonly #first = new FirstOf<Placed<Note>>(notesPerArm, byPlace);
  #counted = 0;

  add({ run, notes }: RunSummary): void {
    this.#counted += notes.length;
    for (const [place, value] of notes.entries()) this.#first.add({ value, run, place });
  }

  selection(): Selection<Note & { readonly run: string }> {
    const kept = this.#first.values.map(({ value, run }) => ({ ...value, run }));
    return { kept, omitted: this.#counted - kept.length };
  }
}

/** Doubts of the session, each once, then those of the arms in their order: the first of every code. */
export function selectDoubts(session: readonly Doubt[], arms: readonly DoubtSelection[]): Selection<Doubt> {
  const distinct = [...new Map(session.map((doubt) => [JSON.stringify(doubt), doubt])).values()];
  const seen = new Map<string, number>();
  const kept = [...distinct, ...arms.flatMap(({ first }) => first)].filter(({ code }) => {
    const before = seen.get(code) ?? 0;
    seen.set(code, before + 1);
    return before < doubtsPerCode;
  });
  const counted = arms.reduce((sum, { count }) => sum + count, distinct.length);
  return { kept, omitted: counted - kept.length };
}

function bestFirst(a: Placed<Finding>, b: Placed<Finding>): number {
  return (
    conflictFirst(a.value.code) - conflictFirst(b.value.code) ||
    Number(b.value.certain) - Number(a.value.certain) ||
    byTime(a, b)
  );
}

function inOrder(a: Placed<Finding>, b: Placed<Finding>): number {
  return conflictFirst(a.value.code) - conflictFirst(b.value.code) || byTime(a, b);
}

/** Time tells nothing between runs of several machines: there the order of the plan counts. */
function byTime(a: Placed<Finding>, b: Placed<Finding>): number {
  return compareRuns(a.run, b.run) || a.value.at - b.value.at || a.place - b.place;
}

function byPlace(a: Placed<unknown>, b: Placed<unknown>): number {
  return compareRuns(a.run, b.run) || a.place - b.place;
}

function conflictFirst(code: FindingCode): number {
  return code === 'conflict' ? 0 : 1;
}
