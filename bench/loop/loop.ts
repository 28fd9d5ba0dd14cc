/**
 * The same loop under every tracer, in rounds: each watcher once a round in an order drawn from the seed, the fast ones
 * in every round, the slow ones in a few. A block is one start of the tracer, the loop, and runs that have the race.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HarnessHost } from '../../harness/host.ts';
import { randomFromSeed, shuffle } from '../../src/experiment/random.ts';
import type { Findings } from '../measurement.ts';
import { startBlock } from './block.ts';
import type { TimedBlock } from './block.ts';
import { measurementsOf, newBook, note } from './book.ts';
import { buildPrograms } from './programs.ts';
import type { Programs } from './programs.ts';
import { findWatchers } from './watchers.ts';
import type { Watcher } from './watchers.ts';

export interface LoopSize {
  readonly cycles: number;
  readonly rounds: number;
  /** Of the rounds, those with the slow watchers. */
  readonly slowRounds: number;
  readonly raceRuns: number;
  readonly raceCycles: number;
}

export const fullLoop: LoopSize = {
  cycles: 20_000,
  rounds: 12,
  slowRounds: 3,
  raceRuns: 3,
  raceCycles: 1_000,
};
export const quickLoop: LoopSize = { cycles: 200, rounds: 2, slowRounds: 1, raceRuns: 1, raceCycles: 50 };

export async function measureLoop(
  host: HarnessHost,
  size: LoopSize,
  seed: string,
  say: (line: string) => void,
): Promise<Findings> {
  const programs = await buildPrograms(host);
  const { usable, missing, versions } = await findWatchers(host);
  const broken = new Map<string, string>();
  const books = new Map(usable.map(({ name }) => [name, newBook()]));
  const random = randomFromSeed(seed);
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-bench-'));
  try {
    for (let round = 0; round < size.rounds; round++) {
      const hasSlow =
        Math.floor((round * size.slowRounds) / size.rounds) !==
        Math.floor(((round + 1) * size.slowRounds) / size.rounds);
      // The fast ones next to each other, so that they find the machine in one state.
      const order = (['fast', 'slow'] as const)
        .filter((pace) => pace === 'fast' || hasSlow)
        .flatMap((pace) =>
          shuffle(
            usable.filter((watcher) => watcher.pace === pace),
            random,
          ),
        );
      for (const watcher of order.filter(({ name }) => !broken.has(name))) {
        try {
          const block = await watchOne(watcher, programs, size, join(directory, 'block'));
          note(books.get(watcher.name), round, block, await watcher.count(block));
        } catch (error) {
          if (watcher.origin === 'ours') throw error;
          broken.set(watcher.name, `it does not work here: ${String(error)}`);
        }
        await rm(join(directory, 'block'), { recursive: true });
      }
      say(`loop: round ${round + 1} of ${size.rounds}`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return {
    with: [programs.goVersion, ...versions, `seed ${seed}`, `${size.cycles} cycles`],
    measurements: usable.flatMap(({ name }) => measurementsOf(name, books)),
    remarks: [...missing, ...broken].map(([subject, text]) => ({ subject, quantity: 'missing', text })),
  };
}

async function watchOne(
  { command, beside }: Watcher,
  { launcher, healthy, racing }: Programs,
  { cycles, raceRuns, raceCycles }: LoopSize,
  directory: string,
): Promise<TimedBlock> {
  const common = { launcher, network: 'private' } as const;
  const other =
    beside === undefined
      ? null
      : await startBlock({
          ...common,
          directory: join(directory, 'beside'),
          command: beside,
          runs: [['/bin/sleep', '1000']],
        });
  await other?.begun();
  const race = [racing, '-cycles', String(raceCycles)];
  const block = await startBlock({
    ...common,
    directory,
    command,
    runs: [[healthy, '-cycles', String(cycles)], ...Array.from({ length: raceRuns }, () => race)],
  });
  const timed = await block.ended;
  other?.cut();
  await other?.ended;
  return timed;
}
