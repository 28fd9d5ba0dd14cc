/** Random programs, recorded under a tracer and judged, batch by batch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import { recordTables } from '../live/bind-table/recording.ts';
import type { Situation } from '../live/bind-table/situation.ts';
import { generate, portsOfProgram, type Manner } from './generator.ts';
import { judgeConformance, type Complaint, type Conformance } from './judge.ts';
import { Tally } from './tally.ts';

export interface ConformanceRequest {
  readonly seed: string;
  /** At least so many binds and listens. */
  readonly binds: number;
  readonly tracer: Tracer;
  readonly programsOfRun: number;
  readonly progress: (tally: Tally) => void;
}

export interface Mistake extends Complaint {
  /** Undefined: no single program is to blame. */
  readonly situation: Situation | undefined;
}

export interface ConformanceResult {
  readonly tally: Tally;
  readonly mistakes: readonly Mistake[];
}

const manners: readonly Manner[] = ['calm', 'wild'];

/** Stops at the end of the first batch in which there is a mistake. */
export async function conform(request: ConformanceRequest): Promise<ConformanceResult> {
  const tally = new Tally();
  for (let batch = 0; tally.binds < request.binds; batch++) {
    const runs = manners.map((manner) => {
      return programs(`${request.seed}-${batch}`, manner, request.programsOfRun);
    });
    const judged = await put(runs, request.tracer);
    tally.add(judged.tally);
    request.progress(tally);
    if (judged.complaints.length === 0) continue;
    const all = runs.flat();
    const mistakes = judged.complaints.map((complaint) => {
      return { ...complaint, situation: all.find(({ name }) => name === complaint.program) };
    });
    return { tally, mistakes };
  }
  return { tally, mistakes: [] };
}

function programs(seed: string, manner: Manner, count: number): Situation[] {
  return Array.from({ length: count }, (_, index) => generate(`${seed}-${index}`, manner));
}

/** One recording with a run for each list of programs. */
export async function put(runs: readonly (readonly Situation[])[], tracer: Tracer): Promise<Conformance> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-conformance-'));
  try {
    const tables = runs.map((situations, index) => {
      return { run: String(index + 1).padStart(4, '0'), situations, portsOfEach: portsOfProgram };
    });
    const recording = await recordTables(directory, tables, tracer);
    const judged = await judgeConformance(recording);
    const complaints = recording.runs.filter((run) => run.complaints !== '' || run.claims === null);
    return {
      ...judged,
      complaints: [
        ...judged.complaints,
        ...complaints.map((run) => ({
          program: '',
          text: `run ${run.run} did not end well: ${run.complaints}`,
        })),
      ],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
