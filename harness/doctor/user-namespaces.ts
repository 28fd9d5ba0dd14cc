/** Through one, an ordinary user can give every run a network of its own. Tried, not read from settings. */
import { readFile } from 'node:fs/promises';
import { ok } from './check.ts';
import type { Check } from './check.ts';
import { tryCommand } from './try-command.ts';

export const userNamespaces: Check = {
  name: 'user-namespaces',
  title: 'user namespaces',
  neededFor: 'comfort',
  look: async ({ user, system }) => {
    if (system.platform !== 'linux') return null;
    const refusal = await tryCommand(['unshare', '-Ur', 'true']);
    if (refusal === null) return ok('allowed (unshare -Ur works)');
    if (user.uid === 0) return ok('refused, and root needs none');
    return {
      state: 'degraded',
      found: 'refused',
      why: `${refusal.why}; without one, a run can not have a network of its own`,
      remedy: refusal.remedy ?? (await wayOut(refusal.why)),
    };
  },
};

/** The settings that are known to refuse them, with the values that do. */
const settings = [
  { file: 'kernel/unprivileged_userns_clone', refusing: '0', allowing: '1' },
  { file: 'kernel/apparmor_restrict_unprivileged_userns', refusing: '1', allowing: '0' },
  { file: 'user/max_user_namespaces', refusing: '0', allowing: '10000' },
] as const;

async function wayOut(why: string): Promise<string> {
  const values = await Promise.all(
    settings.map(({ file }) => readFile(`/proc/sys/${file}`, 'utf8').catch(() => '')),
  );
  // unshare(2) says so when there may be no more of them (ENOSPC).
  if (/No space left/.test(why)) return 'as root, allow more of them: sysctl user.max_user_namespaces=10000';
  const found = settings.find(({ refusing }, index) => values[index]?.trim() === refusing);
  return found === undefined
    ? 'in a container, allow the system call unshare (seccomp); else ask whoever runs this machine'
    : `as root: sysctl ${found.file.replaceAll('/', '.')}=${found.allowing}`;
}
