import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecoder, defaultWindowNs } from '../../harness/tracers/dtrace/decode.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { decodeHexDump } from '../../harness/tracers/dtrace/hexdump.ts';
import { createReordering } from '../../src/trace/order.ts';
import { nanos } from '../../src/trace/ids.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { cutAt, decodeChunks as decodeWith, isOrdered, place } from '../contract/decoding.ts';
import { recordingsOf } from '../contract/recordings.ts';

const recordings = recordingsOf(dtrace);
const lines = recordings.flatMap(({ raw }) => Buffer.from(raw).toString('latin1').split('\n'));

function decodeChunks(chunks: readonly Uint8Array[], windowNs = defaultWindowNs): TraceEvent[] {
  return decodeWith(createDecoder(windowNs), chunks);
}

const windowNs = fc.constantFrom(0, 1000, 100_000, defaultWindowNs);

/** A line of a recording with some bytes replaced, removed or inserted. */
const mutated = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(place, fc.constantFrom('replace', 'remove', 'insert'), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([line, edits]) => {
    const bytes = [...Buffer.from(line, 'latin1')];
    for (const [at, edit, byte] of edits) {
      bytes.splice(at % (bytes.length + 1), edit === 'insert' ? 0 : 1, ...(edit === 'remove' ? [] : [byte]));
    }
    return Uint8Array.from(bytes);
  });

const linesOfAnyKind = fc
  .array(
    fc.oneof(
      mutated,
      fc.constantFrom(...lines).map((line) => Buffer.from(line, 'latin1')),
    ),
    { maxLength: 40 },
  )
  .map((all) => Uint8Array.from(all.flatMap((line) => [...line, 0x0a])));

describe('the decoder of DTrace', () => {
  test('any chunking decodes alike', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recordings.map(({ raw }) => raw)),
        fc.array(place, { maxLength: 30 }),
        windowNs,
        (raw, places, window) => {
          expect(decodeChunks(cutAt(raw, places), window)).toEqual(decodeChunks([raw], window));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('any bytes: no error, times that never decrease, and a loss', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (chunks) => {
        const events = decodeChunks(chunks);
        expect(isOrdered(events)).toBe(true);
        expect(events.some(({ kind }) => kind === 'loss')).toBe(true);
      }),
    );
  });

  test('lines of recordings, mutated and in any order: the same, in any chunks', () => {
    fc.assert(
      fc.property(linesOfAnyKind, fc.array(place, { maxLength: 5 }), windowNs, (bytes, places, window) => {
        const events = decodeChunks([bytes], window);
        expect(isOrdered(events)).toBe(true);
        expect(decodeChunks(cutAt(bytes, places), window)).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  test('a line taken out of a recording is always a loss that may be anywhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings.map(({ raw }) => raw)), place, (raw, at) => {
        const all = Buffer.from(raw).toString('latin1').trimEnd().split('\n');
        const without = all.toSpliced(at % all.length, 1);
        const events = decodeChunks([Buffer.from(`${without.join('\n')}\n`, 'latin1')]);
        expect(events.some((event) => event.kind === 'loss' && event.extent === 'anywhere')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('lines shuffled within the window come out as they were', () => {
    const [{ raw } = { raw: new Uint8Array() }] = recordings;
    const [first = '', ...rest] = Buffer.from(raw).toString('latin1').trimEnd().split('\n');
    const isIn = (line: string): boolean => Number.parseInt(line, 10) < defaultWindowNs;
    const within = rest.slice(
      0,
      rest.findIndex((line) => !isIn(line)),
    );
    const after = rest.slice(within.length);
    expect(within.length).toBeGreaterThan(1000);
    fc.assert(
      fc.property(fc.shuffledSubarray(within, { minLength: within.length }), (shuffled) => {
        const text = [first, ...shuffled, ...after].join('\n');
        const events = decodeChunks([Buffer.from(`${text}\n`, 'latin1')]);
        const expected = decodeChunks([raw]);
        expect(events.map((event) => JSON.stringify(event)).sort()).toEqual(
          expected.map((event) => JSON.stringify(event)).sort(),
        );
        expect(isOrdered(events)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

test('the decoder of the hex dump: any text, no error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('bsd', 'linux'), (text, layout) => {
      expect(decodeHexDump(text, layout)).toBeInstanceOf(Array);
    }),
  );
});

test('reordering hands on every item once, in time order, whatever came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1000 })), fc.nat({ max: 200 }), (times, window) => {
      const reordering = createReordering<{ at: ReturnType<typeof nanos>; id: number }>(
        window,
        (item, floor) => ({
          ...item,
          at: floor,
        }),
      );
      const out = times.flatMap((at, id) => {
        reordering.push({ at: nanos(at), id });
        return reordering.release();
      });
      out.push(...reordering.drain());
      expect(out.map(({ id }) => id).sort((a, b) => a - b)).toEqual(times.map((_, id) => id));
      expect(out.every(({ at }, index) => at >= (out[index - 1]?.at ?? 0))).toBe(true);
    }),
  );
});
