/**
 * The first release that came out differently, by binary search: first among the last patches of every minor, then
 * among the patches of the minor where that changed. Each release that is run is a session of its own, saved and
 * judged like any other.
 */
import { join } from 'node:path';
import { nextBorderStep } from '../../src/experiment/release-border.ts';
import type { BorderStep } from '../../src/experiment/release-border.ts';
import { releasesOfLine } from '../../src/experiment/release-range.ts';
import type { ArmReport, Report } from '../../src/report/report.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
import type { Progress } from '../output/progress.ts';
import { throwIfInterrupted } from '../run/interruption.ts';
import type { CommandContext } from './context.ts';
import { conductExperiment } from './experiment.ts';
import type { Experiment, ExperimentOptions } from './experiment.ts';
import { bringReleases } from './release-choice.ts';
import type { MissingRelease } from './release-choice.ts';

export interface ReleaseSearch {
  readonly scenario: string;
  readonly variant: string;
  readonly tracer: string | null;
  readonly runs: number;
  readonly cycles: number;
  readonly seed: string;
  /** The list to search, oldest first. */
  readonly releases: readonly string[];
  /** All that there are, of which the patches of one minor are taken. */
  readonly known: readonly string[];
}

export interface SearchResult {
  readonly end: Exclude<BorderStep, { kind: 'run' }>;
  /** In the order of the search. */
  readonly runs: readonly SearchedRelease[];
  readonly missing: readonly MissingRelease[];
}

export interface SearchedRelease {
  readonly release: string;
  /** The arm's, but unknown where it is clean in a session that is not as expected. */
  readonly verdict: Verdict;
  readonly arm: ArmReport;
  readonly report: Report;
}

export async function searchReleases(
  context: CommandContext,
  search: ReleaseSearch,
  options: ExperimentOptions,
  progress: Progress,
): Promise<SearchResult> {
  const runs: SearchedRelease[] = [];
  const missing: MissingRelease[] = [];
  const seen = new Map<string, Verdict>();
  const minors = await searchAmong(search.releases);
  if (minors.kind !== 'border') return { end: minors, runs, missing };
  progress.say(`between ${minors.last} and ${minors.first}: now patch by patch`);
  const patches = releasesOfLine(search.known, minors.first);
  const upToFirst = patches.slice(0, patches.indexOf(minors.first) + 1);
  return { end: await searchAmong([minors.last, ...upToFirst]), runs, missing };

  /** A release that can not be had is taken out, and the search goes on with its neighbours. */
  async function searchAmong(all: readonly string[]): Promise<SearchResult['end']> {
    let releases = all;
    for (;;) {
      const step = nextBorderStep(releases, seen);
      if (step.kind !== 'run') return step;
      const verdict = await runOne(step.release);
      if (verdict !== null) seen.set(step.release, verdict);
      else releases = releases.filter((release) => release !== step.release);
      if (releases.length === 0) return { kind: 'undecided', release: step.release };
    }
  }

  async function runOne(release: string): Promise<Verdict | null> {
    throwIfInterrupted(`${release} was to be run`);
    const { scenario, variant, tracer } = search;
    const onProgress = (line: string) => progress.say(line);
    const brought = await bringReleases(
      { scenario, variants: [variant], releases: [release], tracer },
      { host: context.host, onProgress },
    );
    missing.push(...brought.missing);
    if (brought.missing.length > 0) return null;
    const report = await conductExperiment(context, experimentOf(search, brought.wanted), {
      ...options,
      seed: search.seed,
      ...(options.out === undefined ? {} : { out: join(options.out, release) }),
    });
    const [arm] = report.arms;
    if (arm === undefined) throw new RangeError('a session of one arm has none');
    // What broke off proves a race that it saw, and nothing by what it did not see.
    const verdict = arm.verdict === 'clean' && report.outcome !== 'as-expected' ? 'unknown' : arm.verdict;
    runs.push({ release, verdict, arm, report });
    throwIfInterrupted(`${release} was being run`);
    progress.say(`${release}: ${verdict}, held in ${arm.heldRuns ?? 0} of ${arm.runs} runs`);
    return verdict;
  }
}

function experimentOf(search: ReleaseSearch, wanted: Experiment['wanted']): Experiment {
  return {
    question: { kind: 'releases', missing: [] },
    scenario: search.scenario,
    wanted,
    beside: 'nothing',
    runs: search.runs,
    warmUpRuns: 0,
    cyclesPerRun: search.cycles,
    detect: null,
  };
}
