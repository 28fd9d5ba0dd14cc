/** A block's trace, analysed; and held against that of the tracer that watched the same runs beside, if one did. */
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { BlockAnalysis, BlockFacts } from '../../src/verdict/analysis.ts';
import { BindLog } from '../../src/verdict/bind-log.ts';
import { crossCheck } from '../../src/verdict/cross-check.ts';
import type { Witness } from '../../src/verdict/cross-check.ts';
import type { SavedBlock } from '../store/read.ts';
import { readPieces } from '../store/regular-file.ts';
import type { Tracer } from '../tracers/tracer.ts';

/** @param companion null: none watched */
export async function analyzeChecked(
  tracer: Tracer,
  block: SavedBlock,
  facts: BlockFacts,
  companion: Tracer | null,
): Promise<BlockAnalysis> {
  if (companion === null || tracer.evidence === 'claims')
    return analyzeBlock(eventsOf(tracer, block.rawTrace), facts);
  // What the shell doubts is said of the tracer's own runs. How the companion ended shows in its trace: it was the
  // launcher, so nobody but the tracer saw it go.
  const theirFacts = { ...facts, evidence: companion.evidence, losses: [], doubts: [] };
  const theirs = await witnesses(companion, block.companionTrace, theirFacts);
  const ours = await witnesses(tracer, block.rawTrace, facts);
  const runs = ours.analysis.runs.map((summary) => {
    const [own, other] = [ours.of.get(summary.run), theirs.of.get(summary.run)];
    return own === undefined || other === undefined ? summary : crossCheck(own, other);
  });
  return { ...ours.analysis, runs };
}

async function witnesses(
  tracer: Tracer,
  rawTrace: string | null,
  facts: BlockFacts,
): Promise<{ readonly analysis: BlockAnalysis; readonly of: ReadonlyMap<string, Witness> }> {
  const bindLogs = new Map(facts.runs.map(({ run }) => [run, new BindLog()]));
  const analysis = await analyzeBlock(eventsOf(tracer, rawTrace), { ...facts, bindLogs });
  const of = new Map<string, Witness>();
  for (const summary of analysis.runs) {
    const binds = bindLogs.get(summary.run);
    if (binds === undefined) continue;
    of.set(summary.run, { tracer: tracer.name, summary, binds, doubts: analysis.doubts });
  }
  return { analysis, of };
}

/** @param rawTrace null: none was written */
function eventsOf(tracer: Tracer, rawTrace: string | null): AsyncIterable<readonly TraceEvent[]> {
  return tracer.decode(rawTrace === null ? nothing() : readPieces(rawTrace));
}

async function* nothing(): AsyncIterable<Uint8Array> {}
