/** Who asks. DTrace needs root, the agent capabilities; namespaces and ptrace have checks of their own. */
import { ok } from './check.ts';
import type { Check } from './check.ts';

export const rights: Check = {
  name: 'rights',
  title: 'rights',
  neededFor: 'comfort',
  look: ({ user }) =>
    Promise.resolve(
      user.uid === 0
        ? ok('root')
        : {
            state: 'degraded',
            found: `an ordinary user (uid ${user.uid})`,
            why: 'DTrace needs root, and eBPF root or capabilities; nothing else does',
            remedy: 'run as root where DTrace is to watch; for eBPF see its own line',
          },
    ),
};
