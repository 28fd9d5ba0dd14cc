/** DTrace: which one, and whether its self-test has passed, also for those who can not use it. */
import { release } from 'node:os';
import { findInstallation } from '../tracers/dtrace/installation.ts';
import type { DtraceInstallation } from '../tracers/dtrace/installation.ts';
import { isProven } from '../tracers/dtrace/proof.ts';
import type { Availability } from '../tracers/tracer.ts';
import { ok } from './check.ts';
import type { Finding, Place } from './check.ts';

export async function describeDtrace(
  availability: Availability,
  { host, environment }: Place,
): Promise<Finding> {
  const { cacheDirectory } = host;
  const installation = await findInstallation(cacheDirectory, environment['PATH'] ?? '').catch(() => null);
  const found = installation === null ? null : describeInstallation(installation, cacheDirectory);
  if (availability.usable) return ok(found ?? availability.version);
  const { what, why, remedy } = availability;
  return { state: 'missing', found: found === null ? what : `${found}, but ${what}`, why, remedy };
}

function describeInstallation(installation: DtraceInstallation, cacheDirectory: string): string {
  const { origin, version, dtrace } = installation;
  const selfTest = isProven(cacheDirectory, installation)
    ? `self-test passed on ${release()}`
    : `no self-test on ${release()} yet`;
  return `${version}, ${dtrace}${origin === 'private' ? ' (private copy)' : ''}, ${selfTest}`;
}
