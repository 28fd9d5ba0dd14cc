import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../harness/tracers/strace/decode.ts';
import { strace } from '../../harness/tracers/strace/tracer.ts';
import { readHead } from '../../harness/tracers/strace/line.ts';
import { decodeThreadLogs } from '../../harness/tracers/strace/thread-logs.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { BlockAnalysis, ClaimsValue } from '../../src/verdict/analysis.ts';
import { cutAt, decodeChunks as decodeWith, place } from '../contract/decoding.ts';
import { recordingsOf } from '../contract/recordings.ts';

const recordings = recordingsOf(strace);
const session = recordings.find(({ name }) => name === 'udp-reconnect')?.raw ?? new Uint8Array();
const lines = recordings.flatMap(({ raw }) => linesOf(raw));
/** What the decoder also has to read, and what our own recordings do not hold. */
const otherStyles = [
  'close(3) = 0',
  '[pid    12] <... close resumed>) = 0',
  '[pid 13<python3>] 10:45:31.5 bind(3<UDP:[1895641]>, {sa_family=AF_INET, sin_port=htons(3001), sin_addr=inet_addr("127.0.0.1")}, 16) = -98 <0.5>',
  '12      0.000090 clone(child_stack=NULL, flags=CLONE_VM|CLONE_THREADstrace: Process 13 attached',
  ') = 13',
  '12 10:45:31 (+ 0.000071) [  49] recvfrom(3,  <detached ...>',
  '1795430663 accept4(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=if_nametoindex("lo")}, [28], SOCK_CLOEXEC) = 4<TCPv6:[[::1]:1->[::1]:2]>',
  '+++ superseded by execve in pid 13 +++',
  '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=0} ---',
];

function linesOf(raw: Uint8Array): string[] {
  return Buffer.from(raw).toString('latin1').trimEnd().split('\n');
}

function decodeChunks(chunks: readonly Uint8Array[], calls: 'asked' | 'any'): TraceEvent[] {
  return decodeWith(createDecoder(calls), chunks);
}

function decodeLines(all: readonly string[], calls: 'asked' | 'any' = 'asked'): TraceEvent[] {
  return decodeChunks([Buffer.from(`${all.join('\n')}\n`, 'latin1')], calls);
}

/** No event is before the one in front of it, and what the log tells never happens at the same time. */
function isOrdered(events: readonly TraceEvent[]): boolean {
  const told = events.filter(({ kind }) => kind !== 'loss');
  return (
    events.every(({ at }, index) => at >= (events[index - 1]?.at ?? 0) && Number.isSafeInteger(at)) &&
    told.every(({ at }, index) => at > (told[index - 1]?.at ?? -1))
  );
}

const calls = fc.constantFrom('asked' as const, 'any' as const);
const edits = fc.array(
  fc.tuple(place, fc.constantFrom('replace', 'remove', 'insert', 'cut'), fc.nat({ max: 255 })),
  {
    minLength: 1,
    maxLength: 4,
  },
);
type Edits = readonly (readonly [number, string, number])[];

/** A line with some bytes replaced, removed or inserted, or all behind one of them gone. */
function mutate(line: string, all: Edits): string {
  const bytes = [...Buffer.from(line, 'latin1')];
  for (const [at, edit, byte] of all) {
    const from = at % (bytes.length + 1);
    if (edit === 'cut') bytes.length = from;
    else bytes.splice(from, edit === 'insert' ? 0 : 1, ...(edit === 'remove' ? [] : [byte]));
  }
  return Buffer.from(bytes).toString('latin1');
}

const anyLine = fc.constantFrom(...lines, ...otherStyles);
const mutated = fc.tuple(anyLine, edits).map(([line, all]) => mutate(line, all));

describe('the decoder of strace', () => {
  test('any chunking decodes alike', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recordings.map(({ raw }) => raw)),
        fc.array(place, { maxLength: 30 }),
        calls,
        (raw, places, which) => {
          expect(decodeChunks(cutAt(raw, places), which)).toEqual(decodeChunks([raw], which));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('any bytes: no error, times that increase, and a loss', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), calls, (chunks, which) => {
        const events = decodeChunks(chunks, which);
        expect(isOrdered(events)).toBe(true);
        expect(events.some(({ kind }) => kind === 'loss')).toBe(true);
      }),
    );
  });

  test('100,000 mutated lines among others, in any order: the same, in any chunks', () => {
    let count = 0;
    const log = fc.array(fc.oneof({ weight: 3, arbitrary: mutated }, { weight: 1, arbitrary: anyLine }), {
      minLength: 1500,
      maxLength: 2000,
      size: 'max',
    });
    fc.assert(
      fc.property(log, fc.array(place, { maxLength: 5 }), calls, (all, places, which) => {
        count += all.length;
        const bytes = Buffer.from(all.join('\n'), 'latin1');
        const events = decodeChunks([bytes], which);
        expect(isOrdered(events)).toBe(true);
        expect(decodeChunks(cutAt(bytes, places), which)).toEqual(events);
      }),
      { numRuns: 90 },
    );
    expect(count).toBeGreaterThan(100_000 / 0.75);
  });

  test('an answer without its call is a loss', () => {
    const all = linesOf(session);
    // A call that its thread died in has no answer.
    const isAnswered = (line: string, index: number): boolean => {
      const [tid = ''] = line.split(' ');
      const next = all.slice(index + 1).find((other) => other.startsWith(`${tid} `));
      return next !== undefined && next.includes(' resumed>') && !next.endsWith(' = ?');
    };
    const halves = all.flatMap((line, index) =>
      / <unfinished \.\.\.>$/.test(line) && !/faccessat|exit/.test(line) && isAnswered(line, index)
        ? [index]
        : [],
    );
    expect(halves.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.constantFrom(...halves), (index) => {
        const events = decodeLines(all.toSpliced(index, 1));
        expect(events.some((event) => event.kind === 'loss')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('a trace that is cut is a loss that may be anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: session.length - 2 }), (length) => {
        const events = decodeChunks([session.slice(0, length)], 'asked');
        expect(events.some((event) => event.kind === 'loss' && event.extent === 'anywhere')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

const claims = JSON.parse(
  readFileSync(new URL('../golden/strace/udp-reconnect/claims.json', import.meta.url), 'utf8'),
) as readonly (ClaimsValue & { readonly pid: number })[];

async function judge(events: readonly TraceEvent[]): Promise<BlockAnalysis> {
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
  async function* batches(): AsyncGenerator<readonly TraceEvent[]> {
    yield events;
  }
  return analyzeBlock(batches(), {
    session: 'golden',
    evidence: 'trace',
    closeReleasesInCall: true,
    losses: [],
    doubts: [],
    runs: claims.map((claimed, index) => ({
      run: `000${index + 1}`,
      pid: claimed.pid,
      isolated: true,
      ended: { exitCode: 0, signal: null, by: 'itself', error: null },
      claims: claimed,
      claimsExpected: true,
    })),
  });
}

test('a damaged trace never makes the race disappear', async () => {
  const all = linesOf(session);
  const verdicts = (await judge(decodeLines(all))).runs.map(({ verdict }) => verdict);
  expect(verdicts).toEqual(['held', 'clean', 'clean', 'held']);
  const damage = fc.oneof(
    fc.tuple(fc.constant('mutate' as const), place, edits),
    fc.tuple(
      fc.constantFrom('remove' as const, 'repeat' as const, 'swap' as const),
      place,
      fc.constant([] as Edits),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const damaged = [...all];
      for (const [how, where, each] of damages) {
        const at = where % (damaged.length - 1);
        const [line = '', next = ''] = damaged.slice(at, at + 2);
        if (how === 'mutate') damaged[at] = mutate(line, each);
        else if (how === 'remove') damaged.splice(at, 1);
        else if (how === 'repeat') damaged.splice(at, 0, line);
        else damaged.splice(at, 2, next, line);
      }
      const { runs } = await judge(decodeLines(damaged));
      expect([runs[0]?.verdict, runs[3]?.verdict]).not.toContain('clean');
    }),
    { numRuns: 300 },
  );
});

test('the logs of single threads, damaged: no error, and times that increase', async () => {
  const byThread = new Map<number, string[]>();
  for (const line of linesOf(session)) {
    const { tid } = readHead(line);
    if (tid !== null) byThread.set(tid, [...(byThread.get(tid) ?? []), line.replace(/^\d+ +/, '')]);
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, place, edits), { maxLength: 5 }), async (damages) => {
      const files = [...byThread].map(([thread, own]) => ({ thread, own: [...own] }));
      for (const [file, where, each] of damages) {
        const own = files[file % files.length]?.own ?? [];
        own[where % own.length] = mutate(own[where % own.length] ?? '', each);
      }
      const events: TraceEvent[] = [];
      const logs = files.map(({ thread, own }) => ({ thread, raw: once(`${own.join('\n')}\n`) }));
      for await (const batch of decodeThreadLogs(logs)) events.push(...batch);
      expect(isOrdered(events)).toBe(true);
      expect(events.length).toBeGreaterThan(100);
    }),
    { numRuns: 30 },
  );
});

// eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'latin1');
}
