import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecoder, defaultWindowNs } from '../../harness/tracers/ebpf/decode.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { cutAt, decodeChunks as decodeWith, isOrdered, place } from '../contract/decoding.ts';
import { recordingsOf } from '../contract/recordings.ts';

const recordings = recordingsOf(ebpf).map(({ raw }) => Uint8Array.from(raw));
const magicSize = 8;

function decodeChunks(chunks: readonly Uint8Array[], windowNs = defaultWindowNs): TraceEvent[] {
  return decodeWith(createDecoder(windowNs), chunks);
}

/** Each record, as its own size says. */
function recordsOf(raw: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = magicSize; at < raw.length; at += records.at(-1)?.length ?? 0) {
    records.push(raw.slice(at, at + (raw[at] ?? 0) + 256 * (raw[at + 1] ?? 0)));
  }
  return records;
}

function traceOf(raw: Uint8Array, records: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...raw.slice(0, magicSize), ...records.flatMap((record) => [...record])]);
}

const isDoubtful = (events: readonly TraceEvent[]): boolean =>
  events.some((event) => event.kind === 'loss' && event.extent === 'anywhere');

const places = fc.array(place, { maxLength: 30 });
const windowNs = fc.constantFrom(0, 1000, 100_000, defaultWindowNs);
const recording = fc.constantFrom(...recordings);

describe('the decoder of the agent', () => {
  test('any chunking decodes alike', () => {
    fc.assert(
      fc.property(recording, places, windowNs, (raw, cuts, window) => {
        expect(decodeChunks(cutAt(raw, cuts), window)).toEqual(decodeChunks([raw], window));
      }),
      { numRuns: 60 },
    );
  });

  test('any bytes: no error, times that never decrease, and a loss', () => {
    const anything = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    fc.assert(
      fc.property(anything, fc.boolean(), (chunks, isMarked) => {
        const [first = new Uint8Array()] = recordings;
        const events = decodeChunks(isMarked ? [first.slice(0, magicSize), ...chunks] : chunks);
        expect(isOrdered(events)).toBe(true);
        expect(events.some(({ kind }) => kind === 'loss')).toBe(true);
      }),
    );
  });

  test('bytes changed anywhere in a recording: no error, in order, in any chunks the same', () => {
    const edits = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(recording, edits, places, windowNs, (raw, changes, cuts, window) => {
        const bytes = Uint8Array.from(raw);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const events = decodeChunks([bytes], window);
        expect(isOrdered(events)).toBe(true);
        expect(decodeChunks(cutAt(bytes, cuts), window)).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  test('cut at any byte it is a loss that may be anywhere', () => {
    fc.assert(
      fc.property(recording, place, (raw, at) => {
        expect(isDoubtful(decodeChunks([raw.slice(0, at % raw.length)]))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('a record taken out, or there twice, is always a loss that may be anywhere', () => {
    fc.assert(
      fc.property(recording, place, fc.boolean(), (raw, at, isRemoved) => {
        const all = recordsOf(raw);
        const index = at % all.length;
        const changed = isRemoved ? all.toSpliced(index, 1) : all.toSpliced(index, 0, all[index] ?? raw);
        expect(isDoubtful(decodeChunks([traceOf(raw, changed)]))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('records shuffled within the window give the same events, in order', () => {
    fc.assert(
      fc.property(
        recording.chain((raw) => fc.tuple(fc.constant(raw), shuffled(raw))),
        ([raw, bytes]) => {
          const events = decodeChunks([bytes]);
          const sorted = (all: readonly TraceEvent[]) => all.map((event) => JSON.stringify(event)).sort();
          expect(sorted(events)).toEqual(sorted(decodeChunks([raw])));
          expect(isOrdered(events)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});

/** All but the first record, which says from where times count. */
function shuffled(raw: Uint8Array): fc.Arbitrary<Uint8Array> {
  const [first = raw, ...rest] = recordsOf(raw);
  return fc
    .shuffledSubarray(rest, { minLength: rest.length })
    .map((records) => traceOf(raw, [first, ...records]));
}
