/** How many tests there were, and what a reader needs to see that no runner has printed yet. */

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Failures and skips in words; hostile bytes are not expected here, the text is our own tests'. */
  readonly lines: readonly string[];
}

export const noTests: TestCount = { passed: 0, failed: 0, skipped: 0, lines: [] };

export function failure(line: string): TestCount {
  return { ...noTests, failed: 1, lines: [line] };
}

export function addCounts(counts: readonly TestCount[]): TestCount {
  return {
    passed: sum(counts.map((count) => count.passed)),
    failed: sum(counts.map((count) => count.failed)),
    skipped: sum(counts.map((count) => count.skipped)),
    lines: counts.flatMap((count) => count.lines),
  };
}

/** The closing line of a test run. */
export function formatCount(count: TestCount): string {
  return `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
