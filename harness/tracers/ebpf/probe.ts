/** Can the agent be used here, now, by this user? It is asked: it tries. */
import { findAgent } from '../../go/build.ts';
import { currentHost } from '../../host.ts';
import type { Availability, Host, OwnRights } from '../tracer.ts';
import { askAgent } from './agent-answer.ts';
import type { AgentAnswer } from './agent-answer.ts';
import { explainRefusal, explainSilence, unusable } from './refusal.ts';

export async function probe(host: Host): Promise<Availability> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const why = `this is ${process.platform} on ${process.arch}, and the agent knows the system calls of Linux on x86-64`;
    return unusable('this machine will not do', why, 'trace on Linux, x86-64');
  }
  const agent = await findBuilt(host);
  if (agent === null) return unusable('the agent is not built', 'it is not in the cache', 'run make setup');
  const answer = await askAgent(agent);
  if (typeof answer === 'string') return explainSilence(answer);
  if (!answer.usable) return explainRefusal(answer, agent);
  return {
    usable: true,
    version: versionOf(answer),
    installation: { agent },
    ownRights: ownRightsOf(answer),
  };
}

/** Without Go it was never built either. */
export async function findBuilt({ cacheDirectory }: Host): Promise<string | null> {
  const { packageRoot } = currentHost();
  const found = await findAgent({ host: { cacheDirectory, packageRoot } }).catch(() => null);
  return found?.binary ?? null;
}

/** A network of its own takes one capability to make it, and one to bring its loopback up. */
export function ownRightsOf({ missing }: AgentAnswer): OwnRights {
  return { network: missing.some((name) => beyondTracing.includes(name)) ? 'inherited' : 'private' };
}

export function versionOf({ form, releases, missing }: AgentAnswer): string {
  const tracepoints = form === 'raw' ? ', raw tracepoints' : '';
  if (releases === '') return `the embedded agent${tracepoints}`;
  const lacks = missing.filter((name) => beyondTracing.includes(name));
  const why = lacks.length > 0 ? `${lacks.join(' and ')} missing` : releases;
  return `the embedded agent${tracepoints}, without the ends of sockets (${why})`;
}

const beyondTracing = ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'];
