/** The tracers of an experiment: one for each name that its arms ask for, and what watches beside them. */
import type { Progress } from '../output/progress.ts';
import type { UsableTracer } from '../run/session.ts';
import type { Host } from '../tracers/tracer.ts';
import { chooseCompanion } from './companion-choice.ts';
import type { Companion } from './companion-choice.ts';
import type { Experiment } from './experiment.ts';
import { chooseTracer } from './tracer-choice.ts';
import type { ChosenTracer } from './tracer-choice.ts';

export interface ExperimentTracers {
  /** By the name that was asked for, null for the best. */
  readonly chosen: ReadonlyMap<string | null, ChosenTracer>;
  readonly companion: Companion | null;
  /** By their own names. */
  readonly usable: ReadonlyMap<string, UsableTracer>;
}

export async function chooseTracers(
  { wanted, preferredTracer, crossCheck }: Pick<Experiment, 'wanted' | 'preferredTracer' | 'crossCheck'>,
  host: Host,
  progress: Progress,
): Promise<ExperimentTracers> {
  const chosen = new Map<string | null, ChosenTracer>();
  for (const { tracer } of wanted) {
    if (!chosen.has(tracer))
      chosen.set(tracer, await chooseTracer(tracer, host, progress, preferredTracer ?? null));
  }
  const names = [...chosen.values()].map(({ name }) => name);
  const companion =
    crossCheck === undefined ? null : await chooseCompanion(crossCheck, names, host, progress);
  const usable = new Map([...chosen.values()].flatMap(({ tracers }) => [...tracers]));
  if (companion !== null) usable.set(companion.name, companion.usable);
  return { chosen, companion, usable };
}
