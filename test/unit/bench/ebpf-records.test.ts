import { expect, it } from 'vitest';
import { ebpfRecords } from '../../../bench/replay/ebpf-records.ts';
import { decode } from '../../../harness/tracers/ebpf/decode.ts';

it('is a whole trace of the version that the decoder reads: the bench measures no doubt', async () => {
  const seen = { enter: 0, return: 0, release: 0, mark: 0, fork: 0, exit: 0, loss: 0 };
  for await (const events of decode(pieces(ebpfRecords('bench', '0001', 20)))) {
    for (const { kind } of events) seen[kind]++;
  }
  // In a cycle two sockets, each with socket, bind, close and three marks; and what is told around the run.
  expect(seen).toEqual({ enter: 120, return: 120, release: 40, mark: 143, fork: 1, exit: 1, loss: 0 });
});

// eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of a stream
async function* pieces(of: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* of;
}
