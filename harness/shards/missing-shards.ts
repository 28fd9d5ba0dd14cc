/** What is said of shards that were not given. */
import { placesOf } from '../../src/experiment/shard.ts';
import { formatCounted } from '../../src/report/quantity.ts';
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { SharedPlan } from './shard-file.ts';

/** One doubt for all of them, or none. @param missing ascending */
export function missingDoubt(missing: readonly number[], plan: SharedPlan): readonly Doubt[] {
  if (missing.length === 0) return [];
  const of = plan.shards;
  const runs = missing.reduce(
    (sum, index) =>
      plan.arms.reduce((of1, _, arm) => of1 + placesOf(arm, plan.runsPerArm, { index, of }).count, sum),
    0,
  );
  const [who, are] = missing.length === 1 ? ['shard', 'is'] : ['shards', 'are'];
  const text = `${who} ${rangesOf(missing)} of ${of} ${are} missing, so that ${formatCounted(runs, 'run')} may have come out either way`;
  return [{ code: 'shard-missing', run: null, address: null, pid: null, at: null, text }];
}

const rangesTold = 10;

/** `2-4, 7` */
function rangesOf(ascending: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const index of ascending) {
    const last = ranges.at(-1);
    if (last?.to === index - 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  const told = ranges
    .slice(0, rangesTold)
    .map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`))
    .join(', ');
  return ranges.length > rangesTold ? `${told} and more` : told;
}
