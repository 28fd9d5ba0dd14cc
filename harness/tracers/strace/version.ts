/** Which strace can be used, and what its version means for the programs that it watches. */

/** Time stamps in nanoseconds came with 5.6 (2020). */
export const oldestVersion = '5.6';
/** The first one that takes its programs with it when it is killed (--kill-on-exit). */
const endsItsPrograms = '6.6';

/** `strace -V` begins with `strace -- version 6.1`; null for anything else. */
export function readVersion(output: string): string | null {
  return /^strace -- version (\d{1,4}(?:\.\d{1,9})+)/.exec(output)?.[1] ?? null;
}

export function isUsable(version: string): boolean {
  return compareVersions(version, oldestVersion) >= 0;
}

/**
 * `together`: strace that is killed with SIGKILL ends whatever it watched. `apart`: it leaves them running, not
 * watched any more, and the harness has to end them.
 */
export function endOf(version: string): 'together' | 'apart' {
  return compareVersions(version, endsItsPrograms) >= 0 ? 'together' : 'apart';
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
