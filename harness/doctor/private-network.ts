/** A network namespace for every run: nobody else's ports are in it, so whoever holds one is inside the run. */
import { ok } from './check.ts';
import type { Check } from './check.ts';
import { tryCommand } from './try-command.ts';

export const privateNetwork: Check = {
  name: 'private-network',
  title: 'network per run',
  neededFor: 'comfort',
  look: async ({ user, system }) => {
    if (system.platform !== 'linux') return null;
    const isRoot = user.uid === 0;
    const refusal = await tryCommand(['unshare', isRoot ? '-n' : '-Urn', 'true']);
    if (refusal === null)
      return ok(`a network namespace of its own${isRoot ? '' : ', through a user namespace'}`);
    return {
      state: 'degraded',
      found: 'the ports of the machine, shared with everybody',
      why: `${refusal.why}; a port that somebody else has makes a run unknown`,
      remedy:
        refusal.remedy ??
        (isRoot ? 'give the container CAP_SYS_ADMIN, or stop what uses the ports' : 'see user namespaces'),
    };
  },
};
