/** Random programs, recorded under a tracer and judged, batch by batch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { Recording } from '../live/bind-table/judged-table.ts';
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
  /** After every batch, with the mistakes in it. */
  readonly progress: (tally: Tally, mistakes: readonly Complaint[]) => void;
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

/** What a program comes to, about. */
const bindsOfProgram = 9;

/** Goes on after a mistake. While one batch is judged, the next one runs. */
export async function conform(request: ConformanceRequest): Promise<ConformanceResult> {
  const { seed, binds, tracer, programsOfRun, progress } = request;
  const expected = programsOfRun * manners.length * bindsOfProgram;
  const tally = new Tally();
  const mistakes: Mistake[] = [];
  let ahead: Batch | null = null;
  for (let n = 0; tally.binds < binds; n++) {
    const batch: Batch = ahead ?? start(`${seed}-${n}`, programsOfRun, tracer);
    const recorded = await batch.recorded;
    ahead = tally.binds + expected < binds ? start(`${seed}-${n + 1}`, programsOfRun, tracer) : null;
    const { tally: counts, complaints } = await judge(recorded);
    tally.add(counts);
    const all = batch.runs.flat();
    for (const complaint of complaints) {
      mistakes.push({ ...complaint, situation: all.find(({ name }) => name === complaint.program) });
    }
    progress(tally, complaints);
  }
  return { tally, mistakes };
}

interface Batch {
  readonly runs: readonly (readonly Situation[])[];
  readonly recorded: Promise<Recorded>;
}

interface Recorded {
  readonly directory: string;
  readonly recording: Recording;
}

function start(seed: string, count: number, tracer: Tracer): Batch {
  const runs = manners.map((manner) =>
    Array.from({ length: count }, (_, index) => generate(`${seed}-${index}`, manner)),
  );
  const recorded = record(runs, tracer);
  // Whoever waits for it is told; until then it is nobody's.
  recorded.catch(() => undefined);
  return { runs, recorded };
}

/** One recording with a run for each list of programs. */
export async function put(runs: Batch['runs'], tracer: Tracer): Promise<Conformance> {
  return judge(await record(runs, tracer));
}

async function record(runs: Batch['runs'], tracer: Tracer): Promise<Recorded> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-conformance-'));
  const tables = runs.map((situations, index) => {
    return { run: String(index + 1).padStart(4, '0'), situations, portsOfEach: portsOfProgram };
  });
  try {
    return { directory, recording: await recordTables(directory, tables, tracer) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function judge(recorded: Recorded): Promise<Conformance> {
  const { recording } = recorded;
  try {
    const judged = await judgeConformance(recording);
    const bad = recording.runs.filter((run) => run.complaints !== '' || run.claims === null);
    const complaints = bad.map(({ run, complaints: said }) => {
      return { program: '', text: `run ${run} did not end well: ${said}` };
    });
    return { ...judged, complaints: [...judged.complaints, ...complaints] };
  } finally {
    await discard(recorded);
  }
}

async function discard({ directory }: Recorded): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
