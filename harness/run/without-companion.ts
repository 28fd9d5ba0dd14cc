/** A tracer that did not start its runs with a companion is started again without: nothing has run, so nothing is lost. */
import type { Progress } from '../output/progress.ts';
import type { SessionFile } from '../store/session-file.ts';
import { removeBlock, replacePlan } from '../store/write.ts';
import type { BlockEnd } from './block.ts';

/** The companion is what the tracer starts, so it may well be the one that did not; what was killed is no such case. */
export function companionMayBeInTheWay(
  { seen, group }: BlockEnd,
  { companion }: SessionFile['blocks'][number],
): boolean {
  return companion !== null && seen.launcher === null && group.signal === null;
}

/**
 * Makes the block anew, and says why.
 * @returns the plan, saved, in which neither it nor any later block has a companion
 */
export async function goOnWithoutCompanion(
  { directory, progress }: { readonly directory: string; readonly progress: Progress },
  plan: SessionFile,
  index: number,
): Promise<SessionFile> {
  const { tracer = '', companion = null } = plan.blocks[index] ?? {};
  const said = await removeBlock(directory, index, tracer);
  const [why = 'it did not say why'] = said.split('\n').filter((line) => line.trim() !== '');
  const names = `${tracer} did not start the runs with ${companion?.tracer ?? ''} beside it`;
  progress.say(`no cross-check: ${names} (${why.trim()}); it is started again without`);
  const blocks = plan.blocks.map((block, at) => (at < index ? block : { ...block, companion: null }));
  const changed = { ...plan, blocks };
  await replacePlan(directory, changed);
  return changed;
}
