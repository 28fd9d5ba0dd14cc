/**
 * Merging simulated shards, in a process of its own so that its peak memory is its own: `node merge-row.js SHARDS
 * RUNS_PER_SHARD`, a line of JSON. The shards are written one at a time, so that ten million runs fit on any disk;
 * only their reading and adding up is timed, and the report at the end.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShardMerge } from '../../harness/shards/merge.ts';
import { readShardFile } from '../../harness/shards/read-shard-file.ts';
import { sectionOf } from '../../harness/shards/write-shard.ts';
import { simulatedHeader, simulatedRuns } from './simulated-shards.ts';

const [shards = 0, runsPerShard = 0] = process.argv.slice(2).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'afterclose-bench-'));
const path = join(directory, 'shard.ndjson');
const merge = new ShardMerge();
let [seconds, bytes] = [0, 0];
try {
  for (let index = 1; index <= shards; index++) {
    const header = simulatedHeader({ index, of: shards }, runsPerShard);
    const lines = sectionOf(header, simulatedRuns(header), { ended: 'completed', doubts: [] });
    writeFileSync(path, [...lines].join(''));
    bytes += statSync(path).size;
    seconds += await timed(() => readShardFile(path, merge));
  }
} finally {
  rmSync(directory, { recursive: true });
}
const before = process.cpuUsage();
const report = merge.report();
seconds += elapsed(before);
// A bench of work that was not done would be worthless.
const runs = report.arms.reduce((sum, arm) => sum + arm.runs, 0);
const unknownRuns = report.arms.reduce((sum, arm) => sum + (arm.heldRuns === null ? 0 : arm.unknownRuns), 0);
if (report.outcome !== 'as-expected' || runs !== shards * runsPerShard || unknownRuns > 0) {
  throw new Error(`expected a green gate of ${shards * runsPerShard} runs: ${report.outcome}, ${runs} runs`);
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ runs, bytes, seconds, peakBytes })}\n`);

async function timed(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  return elapsed(start);
}

/** Of the processor, all threads, in seconds: the machine has other work too. */
function elapsed(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
