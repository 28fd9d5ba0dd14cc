/** What a shard says of itself: a part can find a fault, and answers nothing. */
import type { Report } from './report.ts';

/** Null: it is no shard, or it has something to tell that a whole session would tell too. */
export function shardVerdict(report: Report): { readonly marker: string; readonly verdict: string } | null {
  const { shard, outcome, exitCode } = report;
  if (shard === null || outcome !== 'inconclusive') return null;
  const marker = `SHARD ${shard.index} OF ${shard.of}`;
  const answer = `only afterclose merge of all ${shard.of} shards answers`;
  return exitCode === 0
    ? { marker, verdict: `done, and nothing in this part speaks against it; ${answer}.` }
    : { marker, verdict: `there is doubt about this part, which no other can make good; ${answer}.` };
}
