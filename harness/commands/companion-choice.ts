/** Whether a second tracer watches the same runs, so that what the first one says can be checked. */
import type { Progress } from '../output/progress.ts';
import type { UsableTracer } from '../run/session.ts';
import { findTracer } from '../tracers/index.ts';
import type { Host } from '../tracers/tracer.ts';

export interface CrossCheck {
  /** The tracer whose word is checked. */
  readonly of: string;
  /** By this one, which is a launcher itself. */
  readonly by: string;
}

export interface Companion {
  readonly name: string;
  readonly version: string;
  /** The tracer beside which it watches. */
  readonly beside: string;
  readonly usable: UsableTracer;
}

/**
 * It is never a reason to fail: where there is none, one line says why.
 * @param chosen the tracers of the session
 * @returns null too where none of them is the one to be checked
 */
export async function chooseCompanion(
  { of: beside, by: name }: CrossCheck,
  chosen: readonly string[],
  host: Host,
  progress: Progress,
): Promise<Companion | null> {
  if (!chosen.includes(beside)) return null;
  const tracer = findTracer(name);
  const availability = await tracer.probe(host);
  if (!availability.usable) {
    const { what, why, remedy } = availability;
    progress.say(`no cross-check: ${name} can not watch beside ${beside} (${what}: ${why}; ${remedy})`);
    return null;
  }
  const { version, installation } = availability;
  progress.say(`cross-check: ${name} (${version}) watches the same runs beside ${beside}`);
  return { name, version, beside, usable: { tracer, installation } };
}
