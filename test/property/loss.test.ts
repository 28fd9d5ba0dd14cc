/** What a loss may do to a verdict: make it unknown, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LossEvent, TraceEvent } from '../../src/trace/event.ts';
import { judgeEvents } from '../histories/judge.ts';
import { runProgram } from '../histories/small-kernel.ts';

const program = fc.record({
  choices: fc.array(fc.nat(10_000), { maxLength: 120, size: 'max' }),
  marks: fc.constantFrom('all' as const, 'none' as const),
});
const loss = fc.record({
  extent: fc.constantFrom('moment' as const, 'anywhere' as const),
  isPidKnown: fc.boolean(),
});

test('an event replaced by a loss never turns held into clean or clean into held', async () => {
  const seen = { clean: 0, held: 0 };
  await fc.assert(
    fc.asyncProperty(program, loss, fc.nat(), async (each, { extent, isPidKnown }, choice) => {
      const { events } = runProgram(each);
      const index = choice % events.length;
      const lost = events[index];
      if (lost === undefined) return;
      const pid = isPidKnown && lost.kind !== 'loss' ? lost.pid : null;
      const inItsPlace: LossEvent = {
        kind: 'loss',
        at: lost.at,
        pid,
        extent,
        reason: 'dropped',
        count: 1,
        text: 'lost',
      };
      const { verdict: before } = await judgeEvents(events);
      const { verdict: after } = await judgeEvents(events.with(index, inItsPlace));
      if (before !== 'unknown') seen[before]++;
      expect([before, 'unknown']).toContain(after);
      expect(after).not.toBe('clean');
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(seen.clean, seen.held)).toBeGreaterThan(50);
});

test('a trace cut before the end of the run is never clean', async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), async (each, choice) => {
      const { events } = runProgram(each);
      const end = events.findIndex(isRunEnd);
      const { verdict } = await judgeEvents(events.slice(0, choice % (end + 1)));
      expect(verdict).not.toBe('clean');
    }),
    { numRuns: 1000 },
  );
});

function isRunEnd(event: TraceEvent): boolean {
  return event.kind === 'mark' && /^run \S+ end$/.test(event.text);
}
