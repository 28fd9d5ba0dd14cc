import { expect, test } from 'vitest';
import { createDecoder, decode, defaultWindowNs } from '../../../../../harness/tracers/dtrace/decode.ts';
import type { LossEvent, TraceEvent } from '../../../../../src/trace/event.ts';

const header = '@BEGIN 1000000 1795430991332261763 40 6.18.44';

/** A whole trace of these lines, with the counts that they have. */
function traceOf(lines: readonly string[], counts: Partial<Record<string, number>> = {}): string {
  const kinds = ['S', 'E', 'R', 'M', 'F', 'C', 'X', '!'];
  const count = (kind: string): number => lines.filter((line) => line.split(' ')[3] === kind).length;
  const ends = [...kinds, 'compat'].map((kind) => `${kind}=${counts[kind] ?? count(kind)}`);
  return [header, ...lines, `@END ${ends.join(' ')}`, '', ''].join('\n');
}

function decodeText(text: string, windowNs = defaultWindowNs): readonly TraceEvent[] {
  const decoder = createDecoder(windowNs);
  return [...decoder.push(new TextEncoder().encode(text)), ...decoder.end()];
}

function lossesOf(
  text: string,
  windowNs?: number,
): Pick<LossEvent, 'reason' | 'pid' | 'extent' | 'at' | 'count'>[] {
  return decodeText(text, windowNs).flatMap((event) =>
    event.kind === 'loss'
      ? [{ reason: event.reason, pid: event.pid, extent: event.extent, at: event.at, count: event.count }]
      : [],
  );
}

const closeLines = ['100 41 41 E 3 5 0 0 0', '200 41 41 R 3 0'];

test('a whole trace has no losses', () => {
  expect(decodeText(traceOf(closeLines)).map(({ kind, at }) => [kind, at])).toEqual([
    ['enter', 100],
    ['return', 200],
  ]);
});

test('lines out of order come out in order, and a short call gives two events', () => {
  const lines = [...closeLines, '50 42 42 S 100 32 7 5 0 0 0'];
  expect(
    decodeText(traceOf(lines)).map((event) => [event.at, event.kind === 'loss' ? null : event.tid]),
  ).toEqual([
    [50, 42],
    [100, 41],
    [150, 42],
    [200, 41],
  ]);
});

test('a line with a head and something else after it is a loss of that process at that time', () => {
  expect(lossesOf(traceOf([...closeLines, '150 41 41 E nonsense']))).toEqual([
    { reason: 'unparsed', pid: 41, extent: 'moment', at: 150, count: 1 },
  ]);
});

test('a line without a head may have been about anything', () => {
  expect(lossesOf(traceOf([...closeLines, 'nonsense']))).toEqual([
    { reason: 'unparsed', pid: null, extent: 'anywhere', at: 200, count: 1 },
  ]);
});

test('a line that the kernel counted and that is not there is a loss', () => {
  expect(lossesOf(traceOf(closeLines, { E: 3 }))).toEqual([
    { reason: 'count-mismatch', pid: null, extent: 'anywhere', at: 200, count: 2 },
  ]);
});

test('a line too many is a loss as well', () => {
  expect(lossesOf(traceOf(closeLines, { R: 0 }))).toMatchObject([{ reason: 'count-mismatch', count: 1 }]);
});

test('32-bit programs are not followed, and that is said', () => {
  expect(lossesOf(traceOf(closeLines, { compat: 5 }))).toMatchObject([
    { reason: 'probe-error', extent: 'anywhere', count: 5 },
  ]);
});

test('without its end a trace is doubtful from its start', () => {
  expect(lossesOf([header, ...closeLines, ''].join('\n'))).toEqual([
    { reason: 'truncated', pid: null, extent: 'anywhere', at: 200, count: null },
  ]);
});

test('a cut in the middle of a line loses the line and the end', () => {
  expect(lossesOf([header, ...closeLines, '300 41 4'].join('\n')).map(({ reason }) => reason)).toEqual([
    'truncated',
    'truncated',
  ]);
});

test('without its beginning a trace is doubtful', () => {
  const headless = traceOf(closeLines).slice(header.length + 1);
  expect(lossesOf(headless)).toMatchObject([{ reason: 'truncated', extent: 'anywhere' }]);
});

test('an empty trace has lost its beginning and its end', () => {
  expect(lossesOf('').map(({ reason }) => reason)).toEqual(['truncated', 'truncated']);
});

test('two traces in one file are told', () => {
  expect(lossesOf(traceOf(closeLines) + traceOf([])).map(({ reason }) => reason)).toEqual([
    'unparsed',
    'unparsed',
  ]);
});

test('an event older than the window becomes a loss of its process, of unknown extent', () => {
  const lines = ['0 41 41 E 3 5 0 0 0', '10 41 41 R 3 0', '1000 41 41 E 3 6 0 0 0', '1010 41 41 R 3 0'];
  const losses = lossesOf(traceOf([...lines, '20 42 42 M late\\0']), 100);
  expect(losses).toEqual([{ reason: 'disorder', pid: 42, extent: 'anywhere', at: 900, count: 1 }]);
});

test('what a pointer pointed to could not be read: a loss, except for the path of execve', () => {
  const lines = [
    '100 41 41 ! 435 probe=304 clause=9',
    '200 42 42 ! 59 probe=304 clause=9',
    '210 42 42 R 59 0',
  ];
  expect(decodeText(traceOf(lines))).toMatchObject([
    { kind: 'loss', reason: 'probe-error', pid: 41, extent: 'moment' },
    { kind: 'enter', call: { name: 'execve', path: null } },
    { kind: 'return', name: 'execve' },
  ]);
});

test('before Linux 6.16 the threads that are left tell the last one', () => {
  const exits = ['100 41 42 X 7 1', '200 41 41 X 7 0'];
  const lasts = (release: string): boolean[] =>
    decodeText(traceOf(exits).replace('6.18.44', release)).flatMap((event) =>
      event.kind === 'exit' ? [event.last] : [],
    );
  expect(lasts('6.1.0-13-amd64')).toEqual([false, true]);
  expect(lasts('6.16.0')).toEqual([false, false]);
});

test('as a stream: the same events, in batches that are never empty', async () => {
  const bytes = new TextEncoder().encode(traceOf(closeLines));
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const batches: (readonly TraceEvent[])[] = [];
  for await (const batch of decode(chunks())) batches.push(batch);
  expect(batches.every((batch) => batch.length > 0)).toBe(true);
  expect(batches.flat()).toEqual(decodeText(traceOf(closeLines)));
});
