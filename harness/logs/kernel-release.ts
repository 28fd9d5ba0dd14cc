/** What the kernel that made a trace does at close(2): told by the first line of sockets.d. */
import type { OpenLog } from './input.ts';

/** Linux 6.6 moved the release of close(2) into the call. Unknown kernels get the rule that is certain less often. */
export function closeReleasesInCall(logs: readonly OpenLog[]): boolean {
  const first = Buffer.from(logs[0]?.head.subarray(0, 200) ?? []).toString('latin1');
  const [, major, minor] = /^@BEGIN \d+ \d+ \d+ (\d{1,3})\.(\d{1,4})/.exec(first) ?? [];
  return Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 6);
}
