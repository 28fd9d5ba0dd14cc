import { createReadStream } from 'node:fs';
import { expect, test } from 'vitest';
import { HarnessError } from '../../../../../harness/errors.ts';
import { dtrace } from '../../../../../harness/tracers/dtrace/tracer.ts';
import { recordingOf } from '../../../../../harness/tracers/recording/tracer.ts';
import type { Tracer } from '../../../../../harness/tracers/tracer.ts';
import type { TraceEvent } from '../../../../../src/trace/event.ts';

const trace = new URL('../../../../golden/dtrace/udp-reconnect/dtrace.txt', import.meta.url);

async function eventsOf(tracer: Tracer): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const batch of tracer.decode(createReadStream(trace))) events.push(...batch);
  return events;
}

test('a recording is read as its tracer reads it', async () => {
  const events = await eventsOf(recordingOf(dtrace));
  expect(events.length).toBeGreaterThan(100);
  expect(events).toEqual(await eventsOf(dtrace));
});

test('it watches nothing', async () => {
  const recording = recordingOf(dtrace);
  expect(await recording.probe({ cacheDirectory: '/', isRoot: true })).toMatchObject({ usable: false });
  expect(() => recording.command({ directory: '/d', launcher: ['/l'], installation: {} })).toThrow(
    HarnessError,
  );
});
