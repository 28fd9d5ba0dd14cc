/** What the cross-checks of the runs of one arm add up to, in whatever order they come. */
import type { RunSummary } from '../verdict/run-summary.ts';
import { FirstOf } from './first-of.ts';
import type { CrossCheckReport } from './report.ts';
import { compareRuns } from './run-order.ts';

const summed = ['compared', 'refused', 'undetermined', 'disagreements'] as const;

export class CrossCheckTally {
  readonly #sums = { compared: 0, refused: 0, undetermined: 0, disagreements: 0 };
  readonly #firstGap = new FirstOf<{ readonly run: string; readonly why: string }>(1, (a, b) =>
    compareRuns(a.run, b.run),
  );
  #tracer: string | null = null;
  #runs = 0;
  #runsNotCompared = 0;

  add({ run, crossCheck }: Pick<RunSummary, 'run' | 'crossCheck'>): void {
    if (crossCheck === null) return;
    const { tracer, notMade } = crossCheck;
    // Shards that do not agree on it: any of them, but the same one in whatever order they come.
    if (this.#tracer === null || tracer < this.#tracer) this.#tracer = tracer;
    for (const name of summed) this.#sums[name] += crossCheck[name];
    if (notMade === null) this.#runs++;
    else {
      this.#runsNotCompared++;
      this.#firstGap.add({ run, why: notMade });
    }
  }

  /** Null: no run has one. */
  report(): CrossCheckReport | null {
    if (this.#tracer === null) return null;
    return {
      tracer: this.#tracer,
      runs: this.#runs,
      runsNotCompared: this.#runsNotCompared,
      whyNot: this.#firstGap.values[0]?.why ?? null,
      ...this.#sums,
    };
  }
}
