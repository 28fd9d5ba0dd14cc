import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTracer, liveTracers, tracers } from '../../harness/tracers/index.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { isOrdered } from './decoding.ts';
import { comparedRecordings, recordingsOf, tracingTracers } from './recordings.ts';

const spec = { directory: '/sessions/one', launcher: ['/l', 'batch.json'], installation: {} };

async function decodeChunks(tracer: Tracer, chunks: readonly Uint8Array[]): Promise<TraceEvent[]> {
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const events: TraceEvent[] = [];
  for await (const batch of tracer.decode(stream())) events.push(...batch);
  return events;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.slice(index * size, (index + 1) * size));
}

/** One event a line, so that a difference can be read. */
function toText(events: readonly TraceEvent[]): string {
  return `[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`;
}

describe.each(tracers)('$name', (tracer) => {
  test('its name can be a folder and an argument, and finds it', () => {
    expect(tracer.name).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
    expect(findTracer(tracer.name)).toBe(tracer);
  });

  test('bytes that it never wrote make no error', async () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256);
    await expect(decodeChunks(tracer, [noise])).resolves.toBeDefined();
  });

  test('an end that it never had makes no error', () => {
    expect(tracer.health({ exitCode: null, signal: null, stderr: '\0'.repeat(10) })).toBeDefined();
  });
});

describe.each(liveTracers)('$name, live', (tracer) => {
  test('docs/tracers.md says who may use it and what it is worth', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/tracers.md'), 'utf8');
    expect(page.split('\n')).toContainEqual(expect.stringMatching(`^\\|.* \`${tracer.name}\` \\|`));
  });

  test('what to spawn is a list of words and the same each time', () => {
    const plan = tracer.command(spec);
    expect(plan).toEqual(tracer.command(spec));
    expect(plan.argv.length).toBeGreaterThan(0);
    for (const { name } of plan.files) expect(name).toMatch(/^[0-9A-Za-z][0-9A-Za-z._-]*$/);
    expect(plan.rawTrace === null).toBe(tracer.evidence === 'claims');
  });

  test('a good end says nothing of losses', () => {
    expect(tracer.health({ exitCode: 0, signal: null, stderr: '' })).toEqual([]);
  });
});

describe.each(tracingTracers)('$name, with a trace', (tracer) => {
  test.each(comparedRecordings)('it has the recording %s, which docs/tracers.md is made of', (name) => {
    expect(recordingsOf(tracer).map((recording) => recording.name)).toContain(name);
  });

  test('a killed tracer and an empty trace are losses anywhere', async () => {
    const killed = tracer.health({ exitCode: null, signal: 'SIGKILL', stderr: '' });
    for (const event of [...killed, ...(await decodeChunks(tracer, []))]) {
      expect(event).toMatchObject({ kind: 'loss', extent: 'anywhere', pid: null });
    }
    expect(killed.length).toBeGreaterThan(0);
    expect((await decodeChunks(tracer, [])).length).toBeGreaterThan(0);
  });

  describe.each(recordingsOf(tracer))('recording $name', ({ directory, raw }) => {
    test('the events are the expected ones', async () => {
      await expect(toText(await decodeChunks(tracer, [raw]))).toMatchFileSnapshot(
        join(directory, 'events.json'),
      );
    });

    test('times never decrease', async () => {
      expect(isOrdered(await decodeChunks(tracer, [raw]))).toBe(true);
    });

    test.each([1, 7, 64, 4096])('in chunks of %d bytes it is the same', async (size) => {
      expect(await decodeChunks(tracer, cut(raw, size))).toEqual(await decodeChunks(tracer, [raw]));
    });

    test('cut anywhere, it is a loss anywhere', async () => {
      for (let length = 0; length < raw.length - 2; length += Math.ceil(raw.length / 50)) {
        const losses = (await decodeChunks(tracer, [raw.slice(0, length)])).filter(
          (event) => event.kind === 'loss' && event.extent === 'anywhere' && event.pid === null,
        );
        expect(losses.length, `cut after ${length} bytes`).toBeGreaterThan(0);
      }
    });
  });
});
