/** The names of the runs of a plan, each of which may come once: one bit for each, however many there are. */
import { runName } from '../../src/experiment/plan.ts';

export class RunNames {
  readonly #runs: number;
  readonly #seen: Uint8Array;

  /** @param runs of the whole plan, warm-up included: they are called 1 to `runs` */
  constructor(runs: number) {
    this.#runs = runs;
    this.#seen = new Uint8Array(Math.ceil((runs + 1) / 8));
  }

  /** @returns why it can not be; null: it is new, and taken from now on */
  refuse(run: string): string | null {
    const number = Number(run);
    if (runName(number) !== run || number < 1 || number > this.#runs) return `the plan has no run ${run}`;
    const [byte, bit] = [number >> 3, 1 << (number & 7)];
    if (((this.#seen[byte] ?? 0) & bit) !== 0) return `run ${run} is there already`;
    this.#seen[byte] = (this.#seen[byte] ?? 0) | bit;
    return null;
  }
}
