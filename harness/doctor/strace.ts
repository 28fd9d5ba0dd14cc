/** strace: what its version means for whoever is traced by it. */
import { isAbsolute } from 'node:path';
import type { Availability } from '../tracers/tracer.ts';
import { ok } from './check.ts';
import type { Finding } from './check.ts';
import { isAtLeast } from './node.ts';

export function describeStrace(availability: Availability): Finding {
  if (!availability.usable) {
    const { what, why, remedy } = availability;
    return { state: 'missing', found: what, why, remedy };
  }
  const { version, installation } = availability;
  const number = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  const path = Object.values(installation).find((value) => isAbsolute(value) && value.endsWith('/strace'));
  const found = [number || version, ...(path === undefined ? [] : [path])].join(', ');
  if (number !== '' && isAtLeast(number, endsItsProgram)) return ok(found);
  return {
    state: 'degraded',
    found,
    why: `before ${endsItsProgram} a strace that is killed leaves the traced program behind`,
    remedy: `install strace ${endsItsProgram} or newer, or end afterclose with Ctrl-C or SIGTERM and never with kill -9`,
  };
}

/** The first release with --kill-on-exit. */
const endsItsProgram = '6.6';
