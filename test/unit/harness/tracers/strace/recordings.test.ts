import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { watchedCalls } from '../../../../../harness/tracers/strace/calls.ts';
import { createDecoder } from '../../../../../harness/tracers/strace/decode.ts';
import { isInet } from '../../../../../src/trace/address.ts';
import type { TraceEvent } from '../../../../../src/trace/event.ts';
import { analyzeBlock } from '../../../../../src/verdict/analysis.ts';
import type { BlockAnalysis } from '../../../../../src/verdict/analysis.ts';
import { lossesIn } from './decode-text.ts';

function read(path: string): Buffer {
  return readFileSync(new URL(`../../../../golden/strace/${path}`, import.meta.url));
}

function eventsOf(name: string): readonly TraceEvent[] {
  const decoder = createDecoder('asked');
  return [...decoder.push(read(`${name}/strace.txt`)), ...decoder.end()];
}

const claims = z
  .array(
    z.object({ pid: z.int(), binds: z.int(), addressInUse: z.int(), marks: z.int(), variant: z.string() }),
  )
  .parse(JSON.parse(read('udp-reconnect/claims.json').toString()));

test('the trace counts what each program says of itself', () => {
  const events = eventsOf('udp-reconnect');
  expect(claims).toHaveLength(4);
  for (const { pid, binds, addressInUse, marks } of claims) {
    const own = events.filter((event) => event.kind !== 'loss' && event.pid === pid);
    const bound = new Set(
      own.flatMap((event) =>
        event.kind === 'enter' &&
        event.call.name === 'bind' &&
        event.call.address != null &&
        isInet(event.call.address)
          ? [event.at]
          : [],
      ),
    );
    const refused = own.filter(
      (event) =>
        event.kind === 'return' &&
        event.name === 'bind' &&
        !event.result.ok &&
        event.result.errno === 'EADDRINUSE',
    );
    expect([bound.size, refused.length]).toEqual([binds, addressInUse]);
    expect(own.filter(({ kind }) => kind === 'mark')).toHaveLength(marks);
  }
});

test('a session of the launcher is whole: no loss, its first mark first and its last mark last', () => {
  const events = eventsOf('udp-reconnect');
  expect(lossesIn(events)).toEqual([]);
  const marks = events.flatMap((event) => (event.kind === 'mark' ? [event.text] : []));
  expect([marks[0], marks[1], marks.at(-2), marks.at(-1)]).toEqual([
    'session begin golden',
    'run 0001 begin',
    'run 0004 end',
    'session end golden',
  ]);
});

test('every thread is announced before it does anything, and its process goes with its last thread', () => {
  for (const name of ['udp-reconnect', 'every-call']) {
    const events = eventsOf(name);
    const alive = new Map<number, Set<number>>();
    for (const event of events) {
      if (event.kind === 'loss') continue;
      const threads = alive.get(event.pid) ?? new Set();
      if (alive.size === 0 || event.kind === 'fork') alive.set(event.pid, threads.add(event.tid));
      expect(threads.has(event.tid)).toBe(true);
      if (event.kind !== 'exit') continue;
      // execve took over the number of the first thread, and the others are gone.
      const isTakenOver = !event.last && Number(event.pid) === Number(event.tid);
      if (isTakenOver) alive.set(event.pid, new Set([event.tid]));
      else threads.delete(event.tid);
      expect(event.last).toBe(alive.get(event.pid)?.size === 0);
    }
    expect([...alive.values()].filter(({ size }) => size > 0)).toEqual([]);
  }
});

test('every call that is asked for is in a recording', () => {
  const seen = new Set(
    ['udp-reconnect', 'every-call'].flatMap((name) =>
      eventsOf(name).flatMap((event) => (event.kind === 'enter' ? [event.call.name] : [])),
    ),
  );
  expect(watchedCalls.filter((name) => !seen.has(name))).toEqual([]);
});

async function judge(): Promise<BlockAnalysis> {
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
  async function* batches(): AsyncGenerator<readonly TraceEvent[]> {
    yield eventsOf('udp-reconnect');
  }
  return analyzeBlock(batches(), {
    session: 'golden',
    evidence: 'trace',
    closeReleasesInCall: true,
    losses: [],
    doubts: [],
    runs: claims.map(({ pid }, index) => ({
      run: `000${index + 1}`,
      pid,
      isolated: true,
      ended: { exitCode: 0, signal: null, by: 'itself', error: null },
      claims: null,
      claimsExpected: false,
    })),
  });
}

test('the race and its cure are in it, and no doubt', async () => {
  const { runs, doubts } = await judge();
  expect(doubts).toEqual([]);
  expect(runs.flatMap((run) => run.doubts)).toEqual([]);
  expect(runs.map(({ verdict }) => verdict)).toEqual(['held', 'clean', 'clean', 'held']);
  const conflicts = runs[0]?.findings.filter(({ code }) => code === 'conflict');
  expect(conflicts).toMatchObject([
    { cause: 'after-close', certain: true, cycle: expect.any(Number) as number },
  ]);
});
