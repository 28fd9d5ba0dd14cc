import type { Situation } from '../live/bind-table/situation.ts';

/**
 * A program with as few steps as still give the mistake: steps are taken away as long as any can be missed, many
 * candidates in one recording.
 * @param fails which of the programs still do, by name
 */
export async function shrink(
  program: Situation,
  fails: (candidates: readonly Situation[]) => Promise<ReadonlySet<string>>,
): Promise<Situation> {
  let best = program;
  for (let length = Math.ceil(best.steps.length / 2); length >= 1;) {
    const candidates = without(best, length);
    const failing = await fails(candidates);
    const smaller = candidates.find(({ name }) => failing.has(name));
    if (smaller !== undefined) best = { ...smaller, name: program.name };
    else if (length === 1) break;
    else length = Math.ceil(length / 2);
    length = Math.min(length, Math.max(1, best.steps.length - 1));
  }
  return best;
}

function without({ steps, name, ...rest }: Situation, length: number): Situation[] {
  const candidates: Situation[] = [];
  for (let from = 0; from < steps.length; from += length) {
    const left = [...steps.slice(0, from), ...steps.slice(from + length)];
    candidates.push({ ...rest, name: `${name} without ${from}`, steps: left });
  }
  return candidates;
}
