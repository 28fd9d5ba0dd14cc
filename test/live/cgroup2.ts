/** cgroup2 in a place of one's own, since not every machine shows it in one. */
import { statfsSync } from 'node:fs';
import { shellWord } from '../../harness/tracers/shell-word.ts';
import { mounts } from './footprint.ts';

/**
 * The command that mounts it. Where all of it is there already, that is bound: a mount made anew would take options
 * like nsdelegate from the whole machine.
 * @param where as a word of sh
 */
export function mountCgroup2(where: string): string {
  const whole = mounts().flatMap((line) => wholeMount.exec(line)?.[1] ?? []);
  const visible = whole.find(isCgroup2);
  if (visible === undefined) return `mount -t cgroup2 none ${where}`;
  return `mount --bind ${shellWord(visible)} ${where}`;
}

/** proc_pid_mountinfo(5): the root / is all of it; the sixth field begins with rw where it can be written to. */
const wholeMount = /^\S+ \S+ \S+ \/ (\S+) rw\S* .*- cgroup2 /;

/** And not hidden by another mount, nor has its path what the kernel writes in octal. */
function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === magic;
  } catch {
    return false;
  }
}

/** statfs(2): CGROUP2_SUPER_MAGIC */
const magic = 0x63677270;
