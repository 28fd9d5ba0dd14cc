/** All checks, side by side. Each is on its own: one that crashes or hangs is reported, and hides no other. */
import pLimit from 'p-limit';
import { HarnessError } from '../errors.ts';
import type { Check, Finding, Place } from './check.ts';

export interface CheckResult {
  readonly check: Check;
  readonly finding: Finding;
  readonly tookMs: number;
}

export interface CheckOptions {
  /** Per check. Its processes have limits of their own and end before. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** In the order of the checks, without those that do not concern this system. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  place: Place,
  { timeoutMs, now }: CheckOptions,
): Promise<readonly CheckResult[]> {
  const limit = pLimit(atOnce);
  const results = checks.map((check) =>
    limit(async () => {
      const startedAt = now();
      const finding = await lookAt(check, place, timeoutMs);
      return finding === null ? [] : [{ check, finding, tookMs: now() - startedAt }];
    }),
  );
  return (await Promise.all(results)).flat();
}

/** Most of them wait for a process of their own; more would only make each other slow. */
const atOnce = 4;

async function lookAt(check: Check, place: Place, timeoutMs: number): Promise<Finding | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve(unchecked(`it did not end within ${timeoutMs / 1000} s`, 'look at the load of this machine'));
    }, timeoutMs);
  });
  // As a callback, so that what a check throws before its first await is caught as well.
  const looked = Promise.resolve()
    .then(() => check.look(place))
    .catch((error: unknown) =>
      error instanceof HarnessError
        ? unchecked(`${error.what}: ${error.why}`, error.remedy)
        : unchecked(error instanceof Error ? error.message : String(error), 'please report it'),
    );
  const finding = await Promise.race([looked, tooLate]);
  clearTimeout(timer);
  return finding;
}

function unchecked(why: string, remedy: string): Finding {
  return { state: 'unknown', found: 'not checked: the check itself failed', why, remedy };
}
