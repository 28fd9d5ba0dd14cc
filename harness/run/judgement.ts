/**
 * Judges a saved session, from the disk alone. `repro` and `check` both call this and nothing else, so that they
 * can not differ.
 */
import type { Arm } from '../../src/experiment/arm.ts';
import { untraced } from '../../src/experiment/plan.ts';
import type { PlannedRun } from '../../src/experiment/plan.ts';
import { buildReport } from '../../src/report/build.ts';
import type { ReportInput, SessionEnd as ReportedEnd } from '../../src/report/build.ts';
import type { Report } from '../../src/report/report.ts';
import type { BlockAnalysis, BlockFacts, RunFacts } from '../../src/verdict/analysis.ts';
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBlock, readSession } from '../store/read.ts';
import type { SavedBlock, SavedSession } from '../store/read.ts';
import { tracers } from '../tracers/index.ts';
import type { Tracer } from '../tracers/tracer.ts';
import type { RunRecord } from './batch.ts';
import { analyzeChecked } from './checked-analysis.ts';
import { identityDoubts } from './claims-identity.ts';
import { holdersThroughout, nameForeignHolders } from './foreign-holders.ts';
import { alterationDoubts, endDoubts } from './session-doubts.ts';

export interface Judgement {
  readonly report: Report;
  /** What the report was made of. */
  readonly judged: Pick<ReportInput, 'arms' | 'doubts' | 'end'>;
  readonly saved: SavedSession;
}

/**
 * @param directory of the session
 * @throws HarnessError where it can not be read as a session, or its tracer is unknown
 */
export async function judgeSession(directory: string): Promise<Judgement> {
  const saved = await readSession(directory);
  const altered = alterationDoubts(saved);
  const doubts: Doubt[] = [...endDoubts(saved), ...altered];
  const summaries = new Map<string, RunSummary>();
  for (const [index, { purpose }] of saved.plan.blocks.entries()) {
    // Nobody counts them, so that nothing in them can be in doubt either.
    if (purpose === 'warm-up') continue;
    const analysis = await judgeBlock(saved, index, altered);
    for (const summary of analysis.runs) summaries.set(summary.run, summary);
    doubts.push(...analysis.doubts);
  }
  const { command, seed, session, tracerRequested, tracer, question, machine, warmUpRuns, shard } =
    saved.plan;
  const judged = {
    end: reportedEnd(saved, summaries),
    arms: saved.plan.arms.map((arm, index) => ({
      arm: plainArm(arm),
      runs: runsOfArm(saved, index, summaries),
    })),
    doubts,
  };
  const report = buildReport({
    command,
    seed,
    session,
    tracerRequested,
    tracer,
    question,
    machine,
    warmUpRuns,
    shard,
    ...judged,
  });
  return { report, judged, saved };
}

async function judgeBlock(
  saved: SavedSession,
  index: number,
  altered: readonly Doubt[],
): Promise<BlockAnalysis> {
  const block = await readBlock(saved, index);
  const tracer = knownTracer(block.tracer, saved.plan.program);
  const planned = saved.plan.blocks[index]?.runs ?? [];
  const facts: BlockFacts = {
    session: saved.plan.session,
    evidence: tracer.evidence,
    runs: planned.map((run) => runFacts(run, block, saved)),
    endExpected: saved.end?.ended.how === 'done',
    // A tracer of which no end was saved counts as killed.
    losses: tracer.health(block.tracerEnd ?? { exitCode: null, signal: null, stderr: '' }),
    doubts: [
      ...altered,
      ...[...block.problems, ...missingRecords(block, saved)].map((text) => damagedDoubt(block.name, text)),
      ...planned.flatMap(({ run, arm }) => claimsDoubts(run, arm, block, saved)),
      ...holdersThroughout(block.portHolders),
    ],
    closeReleasesInCall: closeReleasesInCall(saved.plan.kernel),
  };
  const analysis = await analyzeChecked(tracer, block, facts, knownCompanion(saved, index));
  const runs = analysis.runs.map((summary) =>
    nameForeignHolders(summary, block.portHolders, refusedAt(tracer, block, summary)),
  );
  return { ...analysis, runs };
}

function knownCompanion({ plan }: SavedSession, index: number): Tracer | null {
  const name = plan.blocks[index]?.companion?.tracer;
  return name === undefined ? null : knownTracer(name, plan.program);
}

/** Only where nothing was traced: a trace tells more of its failed binds than the program does. */
function refusedAt(tracer: Tracer, block: SavedBlock, { run, claimed }: RunSummary): readonly string[] {
  if (tracer.evidence === 'trace' || claimed === null) return [];
  const places = block.claims.get(run)?.addressInUseAt ?? [];
  return [...new Set(places.map(({ address }) => address))];
}

function knownTracer(name: string, program: string): Tracer {
  const tracer = tracers.find((each) => each.name === name);
  if (tracer !== undefined) return tracer;
  throw new HarnessError({
    what: 'the session can not be judged',
    why: `it was traced with ${JSON.stringify(name)}, which this version of afterclose does not know`,
    remedy: `check it with the version that made it (${program})`,
    exitCode: exitCodes.inconclusive,
  });
}

function runFacts({ run, arm }: PlannedRun, block: SavedBlock, saved: SavedSession): RunFacts {
  const record = block.records.get(run) ?? null;
  const claimsPath = `blocks/${block.name}/claims/${run}.json`;
  const isAltered = saved.alterations.some(({ path }) => path === claimsPath);
  return {
    run,
    pid: record?.pid ?? null,
    isolated: record?.network === 'private',
    ended: record === null ? null : endOf(record),
    // Somebody else's word is not the program's.
    claims: isAltered ? null : (block.claims.get(run) ?? null),
    claimsExpected: saved.plan.arms[arm]?.claims !== 'none',
  };
}

function claimsDoubts(
  run: string,
  armIndex: number,
  block: SavedBlock,
  saved: SavedSession,
): readonly Doubt[] {
  const claims = block.claims.get(run) ?? null;
  const arm = saved.plan.arms[armIndex];
  if (claims === null || arm === undefined) return [];
  return identityDoubts(run, claims, saved.plan, arm, block.records.get(run) ?? null);
}

/** The launcher's first and last word: without them a session that ended in order can not be whole. */
function missingRecords({ launcher, ended }: SavedBlock, { end }: SavedSession): readonly string[] {
  if (end?.ended.how !== 'done') return [];
  return [
    ...(launcher === null ? ['the launcher left no record of its start'] : []),
    ...(ended === null ? ['the launcher left no record of its end'] : []),
  ];
}

function endOf(record: RunRecord): RunFacts['ended'] {
  const { exitCode, signal, ended, error } = record;
  return { exitCode, signal, by: ended ?? 'itself', error };
}

function damagedDoubt(block: string, text: string): Doubt {
  return { code: 'altered', run: null, address: null, pid: null, at: null, text: `${block}: ${text}` };
}

function reportedEnd(saved: SavedSession, summaries: ReadonlyMap<string, RunSummary>): ReportedEnd {
  const ended = saved.end?.ended;
  switch (ended?.how) {
    case undefined:
      return { kind: 'broken-off' };
    case 'done':
      return { kind: 'completed' };
    case 'interrupted':
      return { kind: 'interrupted', signal: ended.signalNumber };
    case 'failed':
      return {
        kind:
          ended.exitCode === exitCodes.environment && !wasTraced(saved, summaries) ? 'failed' : 'broken-off',
      };
  }
}

/** Some counted run: where a later tracer does not start, what an earlier one saw is judged all the same. */
function wasTraced({ plan }: SavedSession, summaries: ReadonlyMap<string, RunSummary>): boolean {
  return plan.blocks
    .filter(({ tracer, purpose }) => tracer !== untraced && purpose === 'counted')
    .flatMap(({ runs }) => runs)
    .some(({ run }) => summaries.get(run)?.doubts.every(({ code }) => code !== 'run-missing') === true);
}

/** Linux 6.6 moved the release of close(2) into the call. Unknown kernels get the rule that is certain less often. */
function closeReleasesInCall(kernel: string): boolean {
  const [, major, minor] = /^Linux (\d+)\.(\d+)/.exec(kernel) ?? [];
  return Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 6);
}

function plainArm({ variant, toolchain, tracer, expected, role }: Arm): Arm {
  return { variant, toolchain, tracer, expected, role };
}

function runsOfArm(
  saved: SavedSession,
  arm: number,
  summaries: ReadonlyMap<string, RunSummary>,
): readonly RunSummary[] {
  return saved.plan.blocks
    .flatMap((block) => (block.purpose === 'warm-up' ? [] : block.runs))
    .filter((run) => run.arm === arm)
    .flatMap(({ run }) => summaries.get(run) ?? []);
}
