/** Who may trace whom: strace lives by it. A tracer that only follows its own children needs no rights at all. */
import { readFile } from 'node:fs/promises';
import { ok } from './check.ts';
import type { Check, Finding } from './check.ts';

export const ptrace: Check = {
  name: 'ptrace',
  title: 'ptrace',
  neededFor: 'comfort',
  look: async ({ user, system }) => {
    if (system.platform !== 'linux') return null;
    const scope = await readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').catch(() => null);
    return judgeScope(scope?.trim() ?? null, user.uid === 0 ? 'root' : 'user');
  },
};

/** @param scope of Yama (Documentation/admin-guide/LSM/Yama.rst in the kernel's sources); null: there is no Yama */
export function judgeScope(scope: string | null, user: 'root' | 'user'): Finding {
  if (scope === null) return ok('allowed (no Yama on this kernel)');
  const state = `ptrace_scope ${scope}`;
  if (scope === '0' || scope === '1') return ok(`allowed for a program's own children (${state})`);
  if (scope === '2' && user === 'root') return ok(`allowed for root only (${state})`);
  return {
    state: 'missing',
    found: scope === '2' ? `for root only (${state})` : `for nobody (${state})`,
    why: 'strace can not trace anything',
    remedy:
      scope === '2'
        ? 'as root: sysctl kernel.yama.ptrace_scope=1'
        : 'set kernel.yama.ptrace_scope to 1 and boot again: 3 can not be taken back',
  };
}
