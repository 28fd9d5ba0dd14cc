/** What to spawn for one block. */
import type { BlockSpec, SpawnPlan } from '../tracer.ts';

const rawTraceName = 'ebpf.bin';

/**
 * The agent is a launcher itself and stands in its place: so it can also be the launcher of another tracer.
 * `ring`, of the installation, is for tests that want it too small: bytes, a power of two.
 */
export function command({ launcher, installation }: BlockSpec): SpawnPlan {
  return {
    argv: [
      installation['agent'] ?? '',
      `--out=${rawTraceName}`,
      ...(installation['ring'] === undefined ? [] : [`--ring=${installation['ring']}`]),
      ...launcher.slice(1),
    ],
    env: {},
    files: [],
    rawTrace: rawTraceName,
  };
}
