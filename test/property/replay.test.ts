/**
 * The replay against a small kernel that knows the truth: it runs random programs (threads, forks, execs,
 * blocking receives, duplicates, reuse flags) and hands the replay only what a tracer would have seen.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ledgerOf } from '../histories/judge.ts';
import { runProgram, type Simulation } from '../histories/small-kernel.ts';

const program = fc.record({
  choices: fc.array(fc.nat(10_000), { maxLength: 160, size: 'max' }),
  marks: fc.constantFrom('all' as const, 'none' as const),
});

function everyProgram(check: (simulation: Simulation) => void): void {
  fc.assert(
    fc.property(program, (each) => {
      check(runProgram(each));
    }),
    { numRuns: 3000 },
  );
}

describe('the replay of a whole trace', () => {
  test('has no doubt, and counts the sockets that there were', () => {
    everyProgram(({ events, sockets }) => {
      const ledger = ledgerOf(events);
      expect(ledger.doubts).toEqual([]);
      expect(ledger.sockets.map(({ number }) => number)).toEqual(sockets.map(({ number }) => number));
    });
  });

  test('never says that a socket was certainly there when it was gone, or gone while it was there', () => {
    everyProgram(({ events, sockets }) => {
      for (const life of ledgerOf(events).sockets) {
        const end = sockets[life.number - 1]?.endedAt ?? Infinity;
        expect(life.certainUntil ?? -Infinity).toBeLessThanOrEqual(end);
        expect(life.goneBy).toBeGreaterThanOrEqual(end);
      }
    });
  });

  test('names every socket that was in the way of a failed bind, and none as certain that was not there', () => {
    everyProgram(({ events, conflicts, sockets }) => {
      const { failedBinds } = ledgerOf(events);
      expect(failedBinds.length).toBe(conflicts.length);
      for (const bind of failedBinds) {
        const truth = conflicts.find(({ enteredAt }) => enteredAt === bind.enteredAt);
        const named = bind.holders.map(({ socket }) => socket.number);
        expect(named).toEqual(expect.arrayContaining((truth?.blockers ?? []).map(({ number }) => number)));
        for (const { socket, references } of bind.holders) {
          const isCertain = references.some(
            ({ sure, openedAt, certainUntil }) =>
              sure && openedAt <= bind.enteredAt && (certainUntil ?? Infinity) > bind.enteredAt,
          );
          const end = sockets[socket.number - 1]?.endedAt ?? Infinity;
          if (isCertain) expect(end).toBeGreaterThanOrEqual(bind.enteredAt);
        }
      }
    });
  });

  test('is put to the test: the programs fork, fail to bind and outlive their closes', () => {
    const seen = { conflicts: 0, forks: 0, sockets: 0 };
    everyProgram(({ events, conflicts, sockets }) => {
      seen.conflicts += conflicts.length;
      seen.sockets += sockets.length;
      seen.forks += events.filter((event) => event.kind === 'fork' && event.pid !== event.parent).length;
    });
    expect(Math.min(seen.conflicts, seen.forks, seen.sockets)).toBeGreaterThan(300);
  });
});
