/** A saved trace judged again, as if it came from a tracer: for tests and demonstrations. */
import { HarnessError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Tracer } from '../tracer.ts';

const cannotWatch = {
  what: 'a recording can not watch a program',
  why: 'it only reads traces that another tracer made',
  remedy: 'name a live tracer, or judge the saved session with afterclose check',
};

/** Reads what `recorded` wrote, and judges its end as `recorded` would. */
export function recordingOf(recorded: Pick<Tracer, 'decode' | 'health'>): Tracer {
  return {
    name: 'recording',
    evidence: 'trace',
    probe: () => Promise.resolve({ usable: false, ...cannotWatch }),
    command: () => {
      throw new HarnessError({ ...cannotWatch, exitCode: exitCodes.environment });
    },
    decode: (raw) => recorded.decode(raw),
    health: (end) => recorded.health(end),
    sweep: () => Promise.resolve(),
  };
}
