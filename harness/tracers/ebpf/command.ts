/** What to spawn for one block. */
import type { BlockSpec, SpawnPlan } from '../tracer.ts';

const rawTraceName = 'ebpf.bin';

/**
 * The agent is a launcher itself and stands in its place: so it can also be the launcher of another tracer.
 * `ring` and `form`, of the installation, are for tests: one that is too small (bytes, a power of two), and the
 * tracepoints that are else the second choice (`raw`).
 */
export function command({ launcher, installation }: BlockSpec): SpawnPlan {
  const options = ['ring', 'form'].flatMap((name) => {
    const value = installation[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return {
    argv: [installation['agent'] ?? '', `--out=${rawTraceName}`, ...options, ...launcher.slice(1)],
    env: {},
    files: [],
    rawTrace: rawTraceName,
  };
}
