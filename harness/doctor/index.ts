/** The registry: every check of the machine, in the order in which a reader wants them. */
import { liveTracers } from '../tracers/index.ts';
import { cache } from './cache.ts';
import type { Check } from './check.ts';
import { go } from './go.ts';
import { integrityProtection } from './integrity-protection.ts';
import { kernel } from './kernel.ts';
import { locking } from './locking.ts';
import { privateNetwork } from './private-network.ts';
import { node } from './node.ts';
import { ptrace } from './ptrace.ts';
import { releases } from './releases.ts';
import { rights } from './rights.ts';
import { sessions } from './sessions.ts';
import { checkOfTracer } from './tracer.ts';
import { userNamespaces } from './user-namespaces.ts';

export const checks: readonly Check[] = [
  node,
  go,
  releases,
  kernel,
  ...liveTracers.filter((tracer) => tracer.evidence === 'trace').map(checkOfTracer),
  rights,
  userNamespaces,
  ptrace,
  integrityProtection,
  privateNetwork,
  cache,
  sessions,
  locking,
];
