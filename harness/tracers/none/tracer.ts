/** Watches nothing: the untraced arm, which shows what the tracers themselves do to the race. */
import type { Tracer } from '../tracer.ts';

export const none: Tracer = {
  name: 'none',
  evidence: 'claims',
  probe: () => Promise.resolve({ usable: true, version: 'no tracer', installation: {} }),
  command: ({ launcher }) => ({ argv: launcher, env: {}, files: [], rawTrace: null }),
  // eslint-disable-next-line @typescript-eslint/require-await -- there is no trace, hence no event
  async *decode() {
    return;
  },
  health: () => [],
  sweep: () => Promise.resolve(),
};
