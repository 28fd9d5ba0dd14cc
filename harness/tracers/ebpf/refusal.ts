/** Why the agent can not be used, and the way out: the kernel's own word is the same EPERM for most of it. */
import { shellWord } from '../shell-word.ts';
import type { Availability } from '../tracer.ts';
import type { AgentAnswer } from './agent-answer.ts';

export type Refusal = Extract<Availability, { usable: false }>;

/** What is known to be in the way goes before what could be. @param agent absolute path */
export function explainRefusal(answer: AgentAnswer, agent: string): Refusal {
  const { why, missing, btf, userNamespace, lockdown } = answer;
  if (!btf) {
    const remedy = 'use a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions have had since about 2020';
    return unusable('the kernel does not describe itself', 'there is no /sys/kernel/btf/vmlinux', remedy);
  }
  if (userNamespace) {
    const remedy = 'run it outside of the namespace: not in a rootless container, nor under unshare --user';
    return unusable('it is in a user namespace', 'capabilities count for nothing here', remedy);
  }
  const needed = missing.filter((name) => tracingNeeds.includes(name));
  if (needed.length > 0) {
    return unusable(`${needed.join(' and ')} missing`, ...explainMissing(answer, agent));
  }
  if (lockdown === 'confidentiality') {
    const remedy = 'boot with lockdown=integrity or none; what is running can not be taken back';
    return unusable('the kernel is locked down', 'at confidentiality nobody may read its memory', remedy);
  }
  const remedy = 'see what the container forbids (the system call bpf); Linux 5.13 or newer is needed';
  return unusable('the kernel refuses the agent', why, remedy);
}

/** It could not even be started, or gave no answer. @param why as whoever tried was told */
export function explainSilence(why: string): Refusal {
  if (!why.includes('EPERM')) return unusable('the agent does not work here', why, 'run make setup');
  return unusable(
    'the agent may not be started',
    `its file has capabilities that nothing here may have (${why})`,
    'in a container: --cap-add BPF --cap-add PERFMON --cap-add NET_ADMIN --cap-add SYS_ADMIN',
  );
}

export function unusable(what: string, why: string, remedy: string): Refusal {
  return { usable: false, what, why, remedy };
}

const tracingNeeds = ['CAP_BPF', 'CAP_PERFMON'];

/** @returns why, and the way out */
function explainMissing(
  { why, fileCapabilities, noNewPrivileges, nosuid }: AgentAnswer,
  agent: string,
): [string, string] {
  // Of a file without capabilities that is not known: giving it some is the next step in any case.
  if (noNewPrivileges) {
    const remedy = 'run it as root, or without no-new-privileges (containers: allowPrivilegeEscalation)';
    return ['no process here may have more rights than its parent (no_new_privs)', remedy];
  }
  if (nosuid) {
    const remedy = 'run it as root, or set AFTERCLOSE_CACHE to a directory elsewhere and run make setup';
    return [`capabilities of files do not count where it is, mounted nosuid: ${agent}`, remedy];
  }
  if (fileCapabilities) return ['its file has capabilities, and not all of these', wayToCapabilities(agent)];
  return [why, wayToCapabilities(agent)];
}

/** With the last two: releases of sockets, and namespaces of their own for the runs. */
function wayToCapabilities(agent: string): string {
  const command = `setcap cap_bpf,cap_perfmon,cap_net_admin,cap_sys_admin+ep ${shellWord(agent)}`;
  return `run it as root, or once as root:\n${command}`;
}
