/** The parts of the bench, each at its full size or, quick, so small that it only shows that it works. */
import type { HarnessHost } from '../harness/host.ts';
import { lockMachine } from '../harness/run/locks.ts';
import { fullCommands, measureCommands, quickCommands } from './commands.ts';
import { fullLoop, measureLoop, quickLoop } from './loop/loop.ts';
import { fullShortRuns, measureShortRuns, quickShortRuns } from './loop/short-runs.ts';
import type { Findings, PartName } from './measurement.ts';
import { fullThroughput, measureThroughput, quickThroughput } from './replay/throughput.ts';
import { fullMerging, largestMerging, measureMerging, quickMerging } from './shards/merging.ts';

export interface Settings {
  readonly host: HarnessHost;
  readonly quick: boolean;
  /** With the largest merge, which takes minutes. */
  readonly long: boolean;
  readonly seed: string;
  readonly say: (line: string) => void;
}

export function partsOf({
  host,
  quick,
  long,
  seed,
  say,
}: Settings): Readonly<Record<PartName, () => Promise<Findings>>> {
  const alone = async (work: () => Promise<Findings>): Promise<Findings> => {
    const lock = await lockMachine('untraced', { onWait: (who) => say(`waiting for ${who.join(', ')}`) });
    try {
      return await work();
    } finally {
      lock.release();
    }
  };
  const merges = quick ? quickMerging : [...fullMerging, ...(long ? largestMerging : [])];
  return {
    loop: () => alone(() => measureLoop(host, quick ? quickLoop : fullLoop, seed, say)),
    'short-runs': () => alone(() => measureShortRuns(host, quick ? quickShortRuns : fullShortRuns, seed)),
    // Processor time and memory, whoever else is there; and commands that take the lock themselves.
    replay: () => measureThroughput(quick ? quickThroughput : fullThroughput, say),
    commands: () => measureCommands(host, quick ? quickCommands : fullCommands, say),
    shards: () => measureMerging(merges),
  };
}
