/** One check for every tracer of the registry: what it says of itself, and what is known about some of them. */
import type { Availability, Tracer } from '../tracers/tracer.ts';
import { ok } from './check.ts';
import type { Check, Finding, Place } from './check.ts';
import { describeDtrace } from './dtrace.ts';
import { describeStrace } from './strace.ts';

export function checkOfTracer(tracer: Tracer): Check {
  const { title, describe } = known[tracer.name] ?? { title: tracer.name, describe: describeTracer };
  return {
    name: tracer.name,
    title,
    neededFor: 'evidence',
    look: async (place) => describe(await tracer.probe(place.host), place),
  };
}

interface KnownTracer {
  /** As its makers write it. */
  readonly title: string;
  readonly describe: (availability: Availability, place: Place) => Finding | Promise<Finding>;
}

const known: Readonly<Record<string, KnownTracer>> = {
  ebpf: { title: 'eBPF', describe: describeTracer },
  dtrace: { title: 'DTrace', describe: describeDtrace },
  strace: { title: 'strace', describe: describeStrace },
};

function describeTracer(availability: Availability): Finding {
  if (availability.usable) return ok(availability.version);
  const { what, why, remedy } = availability;
  return { state: 'missing', found: what, why, remedy };
}
