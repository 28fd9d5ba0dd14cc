import { expect, test } from 'vitest';
import { ebpfRecords } from '../../../bench/replay/ebpf-records.ts';
import { createDecoder, defaultWindowNs } from '../../../harness/tracers/ebpf/decode.ts';

test('the trace that is measured is whole, as the agent would write it', () => {
  const decoder = createDecoder(defaultWindowNs);
  const events = [...ebpfRecords('bench', '0001', 20)].flatMap((piece) => decoder.push(piece));
  events.push(...decoder.end());
  expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  expect(events.filter(({ kind }) => kind === 'release')).toHaveLength(40);
});
