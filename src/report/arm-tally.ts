/**
 * What the runs of one arm add up to: all that a report needs of them, in memory that does not grow with their number.
 * Runs are added in any order, from one session or from the shards of many machines, and come out the same.
 */
import { durationTotals } from '../statistics/distribution.ts';
import type { Distribution } from '../statistics/distribution.ts';
import type { Arm } from '../experiment/arm.ts';
import type { Counts } from '../statistics/counts.ts';
import type { DoubtCode } from '../verdict/doubt.ts';
import type { KindSet } from '../verdict/gate.ts';
import type { ClaimedFigures, FindingKind, RunFigures, RunSummary } from '../verdict/run-summary.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { JudgedArm } from './build.ts';
import { CrossCheckTally } from './cross-check-tally.ts';
import { DoubtSelection, FindingSelection, NoteSelection } from './select.ts';

export interface TalliedArm {
  readonly arm: Arm;
  readonly tally: ArmTally;
}

const summed = ['cycles', 'binds', 'addressInUse', 'lingering', 'deferredCloses'] as const;
const longest = ['longestLingerNs', 'longestCloseLagNs'] as const;
const claimed = ['cycles', 'binds', 'addressInUse'] as const;
type Sums<Name extends string> = Record<Name, number | null>;

/** A permutation of runs is one of neighbours taken together where there are more. */
const mostUnits = 1000;

export class ArmTally {
  readonly findings = new FindingSelection();
  readonly doubts = new DoubtSelection();
  readonly notes = new NoteSelection();
  readonly crossCheck = new CrossCheckTally();
  /** Null where a run has none: a sum without it would look like the whole. */
  readonly figures: Sums<(typeof summed)[number]>;
  readonly claims: Sums<keyof ClaimedFigures>;
  /** The longest that was measured; a run in which there was nothing to measure has none. */
  readonly longest: Sums<(typeof longest)[number]> = { longestLingerNs: null, longestCloseLagNs: null };
  readonly verdicts: Record<Verdict, number> = { clean: 0, unknown: 0, held: 0 };
  /** Planned, and never came to run. */
  missingRuns = 0;
  /** In which nothing was bound. */
  idleRuns = 0;
  readonly #doubtful = new Map<DoubtCode, number>();
  readonly #kindSets = new Map<string, KindSet>();
  readonly #linger = durationTotals();
  readonly #closeLag = durationTotals();
  readonly #units: (Counts | undefined)[] = [];
  readonly #runsPerUnit: number;

  /** @param planned counted runs of the arm, all told */
  constructor(planned: number) {
    const start = planned === 0 ? null : 0;
    this.figures = {
      cycles: start,
      binds: start,
      addressInUse: start,
      lingering: start,
      deferredCloses: start,
    };
    this.claims = { cycles: start, binds: start, addressInUse: start };
    this.#runsPerUnit = Math.max(1, Math.ceil(planned / mostUnits));
  }

  /** @param place of the run among the counted ones of its arm, from 0 */
  add(run: RunSummary, place: number): void {
    this.verdicts[run.verdict]++;
    this.findings.add(run);
    this.doubts.add(run);
    this.notes.add(run);
    this.crossCheck.add(run);
    this.#addFigures(run.figures);
    this.#addClaims(run.claimed, place);
    for (const code of new Set(run.doubts.map((doubt) => doubt.code)))
      this.#doubtful.set(code, this.runsWith(code) + 1);
    if (run.doubts.some(({ code }) => code === 'run-missing')) this.missingRuns++;
    if (run.figures.binds === 0) this.idleRuns++;
    if (run.verdict === 'held') this.#addKinds(run.kinds);
  }

  /** Runs of which nothing is known, not even a doubt of their own: the session says why. */
  addMissing(runs: number): void {
    if (runs === 0) return;
    this.verdicts.unknown += runs;
    this.missingRuns += runs;
    for (const name of summed) this.figures[name] = null;
    for (const name of claimed) this.claims[name] = null;
  }

  get runs(): number {
    return this.verdicts.clean + this.verdicts.unknown + this.verdicts.held;
  }

  /** The worst, since doubt never becomes clean; without a run nothing is known. */
  get verdict(): Verdict {
    if (this.verdicts.held > 0) return 'held';
    return this.verdicts.unknown > 0 || this.runs === 0 ? 'unknown' : 'clean';
  }

  /** Those that have such a doubt. */
  runsWith(code: DoubtCode): number {
    return this.#doubtful.get(code) ?? 0;
  }

  /** Of the held runs. */
  get kindSets(): readonly KindSet[] {
    return [...this.#kindSets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, set]) => set);
  }

  get linger(): Distribution | null {
    return this.#linger.distribution();
  }

  get closeLag(): Distribution | null {
    return this.#closeLag.distribution();
  }

  /** EADDRINUSE of the binds as claimed, by run or by as many neighbours; a run without claims says nothing. */
  get units(): readonly Counts[] {
    return this.#units.filter((unit) => unit !== undefined);
  }

  #addFigures(figures: RunFigures): void {
    for (const name of summed) this.figures[name] = sum(this.figures[name], figures[name]);
    for (const name of longest) this.longest[name] = maximum(this.longest[name], figures[name]);
    this.#linger.add(figures.linger);
    this.#closeLag.add(figures.closeLag);
  }

  #addClaims(claims: ClaimedFigures | null, place: number): void {
    for (const name of claimed) this.claims[name] = sum(this.claims[name], claims?.[name] ?? null);
    if (claims === null) return;
    const unit = Math.floor(place / this.#runsPerUnit);
    const { successes = 0, trials = 0 } = this.#units[unit] ?? {};
    this.#units[unit] = { successes: successes + claims.addressInUse, trials: trials + claims.binds };
  }

  #addKinds(kinds: readonly FindingKind[]): void {
    const keyed = new Map(
      kinds.map(({ code, cause, address }) => [
        JSON.stringify([code, cause, address]),
        { code, cause, address },
      ]),
    );
    const sorted = [...keyed].sort(([a], [b]) => (a < b ? -1 : 1));
    const key = sorted.map(([each]) => each).join('\n');
    const heldRuns = (this.#kindSets.get(key)?.heldRuns ?? 0) + 1;
    this.#kindSets.set(key, { kinds: sorted.map(([, kind]) => kind), heldRuns });
  }
}

/** @param judged with all of its counted runs, in their order */
export function tallyArm({ arm, runs }: JudgedArm): TalliedArm {
  const tally = new ArmTally(runs.length);
  for (const [place, run] of runs.entries()) tally.add(run, place);
  return { arm, tally };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

function maximum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
