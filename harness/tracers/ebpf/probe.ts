/** Can the agent be used here, now, by this user? It is asked: it tries. */
import { findAgent } from '../../go/build.ts';
import { currentHost } from '../../host.ts';
import type { Availability, Host } from '../tracer.ts';
import { askAgent } from './agent-answer.ts';
import type { AgentAnswer } from './agent-answer.ts';

export async function probe(host: Host): Promise<Availability> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const why = `this is ${process.platform} on ${process.arch}, and the agent knows the system calls of Linux on x86-64`;
    return unusable('this machine will not do', why, 'trace on Linux, x86-64');
  }
  const agent = await findBuilt(host);
  if (agent === null) return unusable('the agent is not built', 'it is not in the cache', 'run make setup');
  const answer = await askAgent(agent);
  if (typeof answer === 'string') return unusable('the agent does not work here', answer, 'run make setup');
  if (!answer.usable) return refused(answer, agent);
  return { usable: true, version: versionOf(answer), installation: { agent } };
}

/** Without Go it was never built either. */
export async function findBuilt({ cacheDirectory }: Host): Promise<string | null> {
  const { packageRoot } = currentHost();
  const found = await findAgent({ host: { cacheDirectory, packageRoot } }).catch(() => null);
  return found?.binary ?? null;
}

function versionOf({ form, releases }: AgentAnswer): string {
  const tracepoints = form === 'raw' ? ', raw tracepoints' : '';
  const ends = releases === '' ? '' : `, without the ends of sockets (${releases})`;
  return `the embedded agent${tracepoints}${ends}`;
}

/** The kernel's own reason is the same EPERM for many things, so what is known to be missing goes first. */
function refused({ why, missing, btf }: AgentAnswer, agent: string): Availability {
  if (!btf) {
    const remedy = 'use a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions have had since about 2020';
    return unusable('the kernel does not describe itself', 'there is no /sys/kernel/btf/vmlinux', remedy);
  }
  const needed = missing.filter((name) => tracingNeeds.includes(name));
  if (needed.length > 0) return unusable(`${needed.join(' and ')} missing`, why, wayToCapabilities(agent));
  const remedy = 'look at kernel.lockdown and at what the container forbids; Linux 5.13 or newer is needed';
  return unusable('the kernel refuses the agent', why, remedy);
}

const tracingNeeds = ['CAP_BPF', 'CAP_PERFMON'];

/** With the last two: releases of sockets, and namespaces of their own for the runs. */
function wayToCapabilities(agent: string): string {
  return `run it as root, or once as root: setcap cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin+ep ${agent}`;
}

function unusable(what: string, why: string, remedy: string): Availability {
  return { usable: false, what, why, remedy };
}
