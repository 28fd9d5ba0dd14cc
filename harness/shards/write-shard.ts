/** Writes the file of a shard from its judged session, when it ends and from the saved one at any time after. */
import { createHash } from 'node:crypto';
import { placesOf } from '../../src/experiment/shard.ts';
import type { JudgedArm } from '../../src/report/build.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import type { Judgement } from '../run/judgement.ts';
import { commandOfAllShards } from './command-words.ts';
import { digestOf, sealed, sharedPlanOf, shardSchemaVersion } from './shard-file.ts';
import type { ShardEnd, ShardHeader, SharedPlan } from './shard-file.ts';

/**
 * The text of the file, in pieces of one line.
 * @returns null where the session is no shard, or ended before the number of its runs was fixed
 */
export function describeShard({ saved, judged }: Judgement): Iterable<string> | null {
  const { plan } = saved;
  const shared = sharedPlanOf(plan);
  if (shared === null || plan.shard === null) return null;
  const header: ShardHeader = {
    kind: 'shard',
    schemaVersion: shardSchemaVersion,
    shard: plan.shard,
    plan: shared,
    planDigest: digestOf(shared),
    session: plan.session,
    command: commandOfAllShards(plan.command),
    kernel: plan.kernel,
    machine: plan.machine,
  };
  return sectionOf(header, judged.arms, {
    ended: judged.end.kind === 'completed' ? 'completed' : 'broken-off',
    doubts: [...judged.doubts],
  });
}

/** One section: what other shards' files have too. */
export function* sectionOf(
  header: ShardHeader,
  arms: readonly Pick<JudgedArm, 'runs'>[],
  end: Pick<ShardEnd, 'ended' | 'doubts'>,
): Iterable<string> {
  const hash = createHash('sha256');
  const lineOf = (value: object): string => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    return line;
  };
  yield lineOf(header);
  let runs = 0;
  for (const run of runLines(header, arms)) {
    yield lineOf(run);
    runs++;
  }
  const rest = { kind: 'end', runs, ...end } as const;
  const last: ShardEnd = { ...rest, sha256: hash.update(sealed(rest)).digest('hex') };
  yield `${JSON.stringify(last)}\n`;
}

function* runLines(
  { plan, shard }: { readonly plan: SharedPlan; readonly shard: ShardHeader['shard'] },
  arms: readonly Pick<JudgedArm, 'runs'>[],
): Iterable<object> {
  for (const [arm, { runs }] of arms.entries()) {
    const { first } = placesOf(arm, plan.runsPerArm, shard);
    for (const [index, run] of runs.entries()) {
      yield { kind: 'run', arm, place: first + index * shard.of, ...run, claimed: claimedOf(run) };
    }
  }
}

/** Claims hold more than a report needs. */
function claimedOf({ claimed }: RunSummary): RunSummary['claimed'] {
  if (claimed === null) return null;
  const { cycles, binds, addressInUse } = claimed;
  return { cycles, binds, addressInUse };
}
