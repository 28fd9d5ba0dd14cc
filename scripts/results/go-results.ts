/** Counts of the event stream of `go test -json` (`go doc test2json`). */
import { z } from 'zod';
import { judgeSkip } from '../skip-policy.ts';
import type { Machine } from '../skip-policy.ts';
import { addCounts, failure, noTests } from './test-count.ts';
import type { TestCount } from './test-count.ts';

const goEvent = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

/** A test, or (name null) a package. */
interface GoTest {
  readonly path: string;
  readonly name: string | null;
  output: string;
  /** Null: it never ended. */
  end: 'pass' | 'fail' | 'skip' | null;
}

/** A test with subtests is not counted beside them, unless it failed by itself. */
export function countGo(text: string, machine: Machine): TestCount {
  const tests = new Map<string, GoTest>();
  const counts: TestCount[] = [];
  for (const line of text.split('\n')) {
    const event = parseEvent(line);
    if (event) record(tests, event);
    // Up to Go 1.23 a package that does not build is told in plain text between the events.
    else if (line.startsWith('FAIL\t')) counts.push(failure(line.replace('\t', ' ')));
  }
  const all = [...tests.values()];
  return addCounts([...counts, ...all.map((test) => countTest(test, all, machine))]);
}

function record(tests: Map<string, GoTest>, event: z.infer<typeof goEvent>): void {
  if (event.Package === undefined) return;
  const key = `${event.Package} ${event.Test ?? ''}`;
  const test = tests.get(key) ?? { path: event.Package, name: event.Test ?? null, output: '', end: null };
  tests.set(key, test);
  test.output += event.Output ?? '';
  if (event.Action === 'pass' || event.Action === 'fail' || event.Action === 'skip') test.end = event.Action;
}

function countTest(test: GoTest, all: readonly GoTest[], machine: Machine): TestCount {
  const title = `${test.path} ${test.name ?? ''}`.trim();
  const inside = all.filter((other) => isInside(other, test));
  if (test.end === 'fail' || test.end === null) {
    const isToldInside = inside.some((other) => other.end === 'fail' || other.end === null);
    return isToldInside ? noTests : failure(`failed: ${title}\n${test.output.trimEnd()}`);
  }
  if (test.name === null || inside.length > 0) return noTests;
  if (test.end === 'pass') return { ...noTests, passed: 1 };
  const note = /missing: .*/.exec(test.output)?.[0] ?? null;
  const skipped = { ...noTests, skipped: 1, lines: [`skipped: ${title}: ${note ?? 'no reason given'}`] };
  const fault = judgeSkip({ test: title, note }, machine);
  return fault === null ? skipped : addCounts([skipped, failure(`  this skip is a failure: ${fault}`)]);
}

function isInside(other: GoTest, test: GoTest): boolean {
  if (other.path !== test.path || other.name === null) return false;
  return test.name === null || other.name.startsWith(`${test.name}/`);
}

function parseEvent(line: string): z.infer<typeof goEvent> | null {
  try {
    return goEvent.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
