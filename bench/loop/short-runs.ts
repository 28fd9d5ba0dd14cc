/** What a run costs in a session that lives already: a hundred runs of one cycle, traced and not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HarnessHost } from '../../harness/host.ts';
import { leasePorts } from '../../harness/run/ports.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { none } from '../../harness/tracers/none/tracer.ts';
import { randomFromSeed, shuffle } from '../../src/experiment/random.ts';
import { measured } from '../measurement.ts';
import type { Findings } from '../measurement.ts';
import { differences } from '../statistics.ts';
import { startBlock } from './block.ts';
import { buildPrograms } from './programs.ts';

export interface ShortRunsSize {
  readonly runs: number;
  readonly rounds: number;
}

export const fullShortRuns: ShortRunsSize = { runs: 100, rounds: 9 };
export const quickShortRuns: ShortRunsSize = { runs: 5, rounds: 2 };

export async function measureShortRuns(
  host: HarnessHost,
  { runs, rounds }: ShortRunsSize,
  seed: string,
): Promise<Findings> {
  const { launcher, healthy, goVersion } = await buildPrograms(host);
  const found = await ebpf.probe(host);
  const tracers = found.usable ? [none, ebpf] : [none];
  const installation = found.usable ? found.installation : {};
  const ways = tracers.flatMap((tracer) =>
    (['inherited', 'private'] as const).map((network) => ({
      tracer,
      network,
      took: new Map<number, number>(),
    })),
  );
  const random = randomFromSeed(seed);
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-bench-'));
  const lease = await leasePorts();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { tracer, network, took } of shuffle(ways, random)) {
        const block = await startBlock({
          directory: join(directory, 'block'),
          launcher,
          command: (spec) => tracer.command({ ...spec, installation }),
          runs: Array.from({ length: runs }, () => [healthy, '-cycles', '1', '-ports', lease.ports.join()]),
          network,
        });
        const { batchMs, directory: done } = await block.ended;
        took.set(round, batchMs / runs);
        await rm(done, { recursive: true });
      }
    }
  } finally {
    lease.release();
    await rm(directory, { recursive: true, force: true });
  }
  const base = ways[0]?.took ?? new Map<number, number>();
  return {
    with: [goVersion, `seed ${seed}`, `${runs} runs of one cycle`],
    measurements: ways.flatMap(({ tracer, network, took }) => {
      const subject = `${tracer.name === 'none' ? 'untraced' : tracer.name}, ${networkNames[network]}`;
      const limit = limits.get(`${tracer.name} ${network}`);
      return [
        ...measured({ subject, quantity: 'a run', unit: 'ms', samples: [...took.values()] }),
        ...measured({
          subject,
          quantity: "a run, more than untraced on the machine's network",
          unit: 'ms',
          samples: took === base ? [] : differences(took, base),
          ...(limit === undefined ? {} : { target: { bound: 'at most', limit } }),
        }),
      ];
    }),
    remarks: found.usable ? [] : [{ subject: ebpf.name, quantity: 'missing', text: found.why }],
  };
}

const networkNames = { inherited: "the machine's network", private: 'a network namespace of its own' };

const limits = new Map([
  ['ebpf inherited', 0.3],
  ['ebpf private', 1],
]);
