import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDtrussDecoder } from '../../harness/logs/dtruss/decode.ts';
import { recognize } from '../../harness/logs/recognition.ts';
import type { TraceEvent } from '../../src/trace/event.ts';

const sample = readFileSync(join(import.meta.dirname, '..', 'golden', 'seed', 'dtruss.txt'));
const lines = sample.toString('latin1').split('\n');

function decode(chunks: readonly Uint8Array[]): TraceEvent[] {
  const decoder = createDtrussDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

const mutated = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(fc.nat({ max: 200 }), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 3 }),
  )
  .map(([line, edits]) =>
    edits.reduce((text, [at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + 1);
    }, line),
  );

test('any bytes are decoded without a throw, in time order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(mutated, fc.string({ unit: 'binary' })), { maxLength: 40 }), (texts) => {
      const events = decode([Buffer.from(texts.join('\n'), 'latin1')]);
      expect(events.every((event, index) => event.at > (events[index - 1]?.at ?? 0))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('the events do not depend on how the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(mutated, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 8 }), (texts, cuts) => {
      const bytes = Buffer.from(texts.join('\n'), 'latin1');
      const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      expect(decode(chunks)).toEqual(decode([bytes]));
    }),
    { numRuns: 300 },
  );
});

test('any bytes are recognised as something or nothing, without a throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(mutated).map((all) => Buffer.from(all.join('\n'))),
      ),
      (head) => {
        const recognition = recognize(head);
        expect(recognition.known || recognition.seen.length > 0).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
