/** Which tracer watches: the one that was asked for, or the best that can be used here. */
import { untraced } from '../../src/experiment/plan.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Progress } from '../output/progress.ts';
import type { UsableTracer } from '../run/session.ts';
import { findTracer, liveTracers } from '../tracers/index.ts';
import type { Availability, Host } from '../tracers/tracer.ts';
import { suggestNames } from '../nearest.ts';

export interface ChosenTracer {
  readonly name: string;
  /** Null: not asked for by name. */
  readonly requested: string | null;
  /** As it reports it; null for the one that watches nothing. */
  readonly version: string | null;
  /** It, and the one that watches nothing. */
  readonly tracers: ReadonlyMap<string, UsableTracer>;
}

/** @param preferred is tried before all others where none was asked for */
export async function chooseTracer(
  requested: string | null,
  host: Host,
  progress: Progress,
  preferred: string | null = null,
): Promise<ChosenTracer> {
  const known = liveTracers.map((tracer) => tracer.name);
  const names = [
    ...known.filter((name) => name === preferred),
    ...known.filter((name) => name !== preferred),
  ];
  if (requested !== null && !names.includes(requested)) throw unknownTracer(requested, known);
  const refusals: string[] = [];
  for (const name of requested === null ? names : [requested]) {
    const availability = await findTracer(name).probe(host);
    if (!availability.usable) {
      if (requested !== null) throw unusable(name, availability);
      const remedy = availability.remedy.replaceAll('\n', ' ');
      refusals.push(`${name} (${availability.what}: ${availability.why}; ${remedy})`);
      continue;
    }
    if (requested === null) progress.say(choiceLine(name, availability.version, { refusals, preferred }));
    return choice(name, requested, availability);
  }
  throw new RangeError('the tracer that watches nothing is always usable');
}

function choice(
  name: string,
  requested: string | null,
  { version, installation, ownRights }: Extract<Availability, { usable: true }>,
): ChosenTracer {
  const tracer = findTracer(name);
  return {
    name,
    requested,
    version: name === untraced ? null : version,
    tracers: new Map<string, UsableTracer>([
      [untraced, { tracer: findTracer(untraced), installation: {} }],
      [name, { tracer, installation, ...(ownRights === undefined ? {} : { ownRights }) }],
    ]),
  };
}

/** One line: which and why. Loud where nothing can be proven, since whoever reads only this one must know it. */
function choiceLine(
  name: string,
  version: string,
  { refusals, preferred }: { readonly refusals: readonly string[]; readonly preferred: string | null },
): string {
  if (name === untraced) {
    return `WARNING: NOTHING WATCHES, so nothing can be proven (exit code 4). Not usable: ${refusals.join('; ')}`;
  }
  const first = preferred === null ? 'the best there is' : 'the first choice of this command';
  const why = refusals.length === 0 ? `${first}, and usable here` : `instead of ${refusals.join('; ')}`;
  return `tracer ${name} (${version}): ${why}`;
}

function unknownTracer(name: string, known: readonly string[]): HarnessError {
  return new HarnessError({
    what: `there is no tracer ${JSON.stringify(name)}`,
    why: `the tracers are ${known.join(', ')}`,
    remedy: suggestNames(name, known),
    exitCode: exitCodes.usage,
  });
}

function unusable(
  name: string,
  { what, why, remedy }: Extract<Availability, { usable: false }>,
): HarnessError {
  return new HarnessError({
    what: `the tracer ${name} can not be used here: ${what}`,
    why,
    remedy,
    exitCode: exitCodes.environment,
  });
}
