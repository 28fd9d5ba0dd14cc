/** What a cross-check may say, whatever the program does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReturnEvent, TraceEvent } from '../../src/trace/event.ts';
import { nanos } from '../../src/trace/ids.ts';
import { crossCheck } from '../../src/verdict/cross-check.ts';
import { witnessOf } from '../unit/verdict/witness.ts';
import { runProgram } from '../histories/small-kernel.ts';

const program = fc.record({
  choices: fc.array(fc.nat(10_000), { maxLength: 120, size: 'max' }),
  marks: fc.constantFrom('all' as const, 'none' as const),
});

test('a trace agrees with itself about every bind, and what was found stays as certain as it was', async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(program, async (each) => {
      const { events } = runProgram(each);
      const [own, other] = [await witnessOf('dtrace', events), await witnessOf('ebpf', events)];
      const { crossCheck: check, ...summary } = crossCheck(own, other);
      expect(summary).toEqual(withoutCheck(own.summary));
      expect(check?.disagreements).toBe(0);
      if (check?.notMade !== null) return;
      const binds = events.filter(isJudgedBind);
      expect(check).toMatchObject({
        compared: binds.length,
        refused: binds.filter(({ result }) => !result.ok).length,
      });
      refused += check.refused - check.undetermined;
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});

test('whichever of the two is asked first, they disagree as often', async () => {
  let disagreeing = 0;
  await fc.assert(
    fc.asyncProperty(program, program, async (one, another) => {
      const [a, b] = [
        await witnessOf('a', runProgram(one).events),
        await witnessOf('b', runProgram(another).events),
      ];
      const [ours, theirs] = [crossCheck(a, b), crossCheck(b, a)];
      const made = [ours, theirs].every(({ crossCheck: check }) => check?.notMade === null);
      if (!made) return;
      expect(ours.crossCheck).toEqual({ ...theirs.crossCheck, tracer: 'b' });
      if (ours.crossCheck?.disagreements !== 0) disagreeing++;
    }),
    { numRuns: 300 },
  );
  expect(disagreeing).toBeGreaterThan(20);
});

test('a bind that only one of them has, or that was answered otherwise, is never agreed about', async () => {
  let disagreements = 0;
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), fc.boolean(), async (each, choice, isLeftOut) => {
      const { events } = runProgram(each);
      const binds = events.filter(isJudgedBind);
      const bind = binds[choice % Math.max(1, binds.length)];
      if (bind === undefined) return;
      const altered = isLeftOut
        ? without(events, bind)
        : events.map((event) => (event === bind ? turned(bind) : event));
      const checked = crossCheck(await witnessOf('dtrace', events), await witnessOf('ebpf', altered));
      if (checked.crossCheck?.notMade !== null) return;
      expect(checked.crossCheck.disagreements).toBeGreaterThan(0);
      expect(checked.verdict).toBe('unknown');
      expect(checked.findings.filter(({ certain }) => certain)).toEqual([]);
      disagreements++;
    }),
    { numRuns: 500 },
  );
  expect(disagreements).toBeGreaterThan(100);
});

test('whatever the second trace has lost, the run stays what the first one says', async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), async (each, choice) => {
      const { events } = runProgram(each);
      const index = choice % events.length;
      const at = events[index]?.at ?? nanos(0);
      const lost = {
        kind: 'loss',
        pid: null,
        extent: 'anywhere',
        reason: 'dropped',
        count: 1,
        text: 'lost',
      } as const;
      const own = await witnessOf('dtrace', events);
      const checked = crossCheck(own, await witnessOf('ebpf', events.with(index, { ...lost, at })));
      expect(withoutCheck(checked)).toEqual(withoutCheck(own.summary));
      expect(checked.crossCheck).toMatchObject({
        compared: 0,
        notMade: 'the trace of ebpf is not whole: lost',
      });
    }),
    { numRuns: 200 },
  );
});

function isJudgedBind(event: TraceEvent): event is ReturnEvent {
  if (event.kind !== 'return' || event.name !== 'bind') return false;
  return event.result.ok || event.result.errno === 'EADDRINUSE';
}

function turned(bind: ReturnEvent): ReturnEvent {
  return { ...bind, result: bind.result.ok ? { ok: false, errno: 'EADDRINUSE' } : { ok: true, value: 0 } };
}

/** Its entry is the last one of its thread before it. */
function without(events: readonly TraceEvent[], bind: ReturnEvent): TraceEvent[] {
  const entry = events
    .slice(0, events.indexOf(bind))
    .findLast((event) => event.kind === 'enter' && event.tid === bind.tid);
  return events.filter((event) => event !== bind && event !== entry);
}

function withoutCheck<T extends { readonly crossCheck: unknown }>({
  crossCheck: _,
  ...rest
}: T): Omit<T, 'crossCheck'> {
  return rest;
}
