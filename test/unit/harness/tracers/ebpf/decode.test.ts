import { expect, test } from 'vitest';
import { createDecoder, defaultWindowNs } from '../../../../../harness/tracers/ebpf/decode.ts';
import type { TraceEvent } from '../../../../../src/trace/event.ts';
import { begin, end, origin, record, trace } from './trace-builder.ts';

function decode(bytes: Uint8Array, windowNs = defaultWindowNs): readonly TraceEvent[] {
  const decoder = createDecoder(windowNs);
  return [...decoder.push(bytes), ...decoder.end()];
}

const losses = (bytes: Uint8Array) => decode(bytes).filter((event) => event.kind === 'loss');
const exit = (at: number, tid = 7): Uint8Array => record({ kind: 8, tid, at: origin + at });

test('a whole trace has no loss, and times count from its first record', () => {
  expect(decode(trace(begin(), exit(5), end({ told: { 8: 1 } })))).toEqual([
    { kind: 'exit', at: 5, pid: 7, tid: 7, last: false },
  ]);
});

test('records a little out of order are put in order, later ones are a loss', () => {
  const bytes = trace(begin(), exit(900), exit(5, 8), end({ told: { 8: 2 } }));
  expect(decode(bytes).map(({ at }) => at)).toEqual([5, 900]);
  const late = trace(begin(), exit(900), exit(1500), exit(5, 8), end({ told: { 8: 3 } }));
  expect(decode(late, 100)).toContainEqual(
    expect.objectContaining({ kind: 'loss', reason: 'disorder', extent: 'anywhere' }),
  );
});

test.each([
  ['dropped', end({ told: { 8: 1 }, dropped: { 4: 12 } }), { reason: 'dropped', count: 12 }],
  ['counted and not there', end({ told: { 8: 3 } }), { reason: 'count-mismatch', count: 2 }],
  ['there and not counted', end(), { reason: 'count-mismatch', count: 1 }],
  ['not followed', end({ told: { 8: 1 }, notFollowed: 4 }), { reason: 'not-followed', count: 4 }],
  ['of 32-bit programs', end({ told: { 8: 1 }, compat: 2 }), { reason: 'probe-error', count: 2 }],
  ['released and not told', end({ told: { 8: 1 }, releases: 3 }), { reason: 'count-mismatch', count: 3 }],
  ['left out by the kernel', end({ told: { 8: 1 }, skipped: 5 }), { reason: 'dropped', count: 5 }],
])('what the kernel counted: %s', (_, last, loss) => {
  expect(losses(trace(begin(), exit(5), last))).toMatchObject([{ ...loss, extent: 'anywhere', pid: null }]);
});

test.each([
  ['without its last record', trace(begin(), exit(5)), 'truncated'],
  ['without its first record', trace(exit(5), end()), 'truncated'],
  ['cut in a record', trace(begin(), end()).slice(0, -3), 'truncated'],
  ['of another version', trace(begin(), end()).with(7, 1), 'unparsed'],
  ['with a size that can be none', trace(begin(), end(), Uint8Array.of(3, 0)), 'unparsed'],
])('a trace %s is a loss anywhere', (_, bytes, reason) => {
  expect(losses(bytes)).toContainEqual(
    expect.objectContaining({ reason, extent: 'anywhere', pid: null }) as unknown,
  );
});

test('calls whose returns are told from the last to the first are put in order, however many there are', () => {
  const count = 50_000;
  const calls = Array.from({ length: count }, (_, index) =>
    record({ kind: 4, tid: 10 + index, nr: 3, at: origin + index }, [
      [8, origin + 3 * count - index],
      ...Array.from({ length: 10 }, () => [4, 0] as const),
    ]),
  );
  const times = decode(trace(begin(), ...calls, end({ told: { 4: count } }))).map(({ at }) => at);
  expect(times).toHaveLength(2 * count);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('a release is told by its own record or by the call of the close that made it', () => {
  const identity = [
    [4, 11],
    [4, 0],
    [8, 22],
  ] as const;
  const release = record({ kind: 9, at: origin + 3 }, identity);
  const close = record({ kind: 4, flags: 1 | 64, nr: 3, at: origin + 4 }, [
    [8, origin + 9],
    [4, 0],
    [4, 33],
    [8, 44],
    ...Array.from({ length: 4 }, () => [4, 0] as const),
    [4, 2],
    [2, 0],
    [2, 0],
  ]);
  const told = { 4: 1, 9: 1 };
  expect(losses(trace(begin(), release, close, end({ told, releases: 2 })))).toEqual([]);
  expect(losses(trace(begin(), release, close, end({ told, releases: 3 })))).toMatchObject([
    { reason: 'count-mismatch', count: 1 },
  ]);
});

test('a record that fits no rule names its process, as far as its head can be read', () => {
  const unknown = record({ kind: 99, at: origin + 5 });
  expect(losses(trace(begin(), unknown, end()))).toMatchObject([
    { reason: 'unparsed', pid: 7, extent: 'moment' },
  ]);
  const nobody = record({ kind: 8, pid: 0, at: origin + 5 });
  expect(losses(trace(begin(), nobody, end()))).toMatchObject([
    { reason: 'unparsed', pid: null, extent: 'anywhere' },
  ]);
});

test('a return without its entry is a loss', () => {
  const back = record({ kind: 3, nr: 3, at: origin + 5 }, [
    [4, 0],
    [4, 0],
    [8, 0],
  ]);
  expect(losses(trace(begin(), back, end({ told: { 3: 1 } })))).toMatchObject([{ reason: 'unpaired' }]);
});
