/** What a reader of a comparison or of a gate must know before trusting its figures, from the judged runs. */
import { armId } from '../experiment/arm.ts';
import { untraced } from '../experiment/plan.ts';
import { cautionsOf, type ArmFacts, type Caution, type MachineFacts } from '../statistics/caution.ts';
import type { DoubtCode } from '../verdict/doubt.ts';
import type { RunSummary } from '../verdict/run-summary.ts';
import type { JudgedArm } from './build.ts';
import type { Question } from './question.ts';
import type { ComparisonReport, TracerEffectReport } from './report.ts';

export interface CautionInput {
  readonly question: Question;
  readonly arms: readonly JudgedArm[];
  readonly comparisons: readonly ComparisonReport[];
  readonly effects: readonly TracerEffectReport[];
  /** Null: nobody looked. */
  readonly machine: MachineFacts | null;
  /** Somebody else had an address all the time, so that every run met it. */
  readonly isForeignThroughout: boolean;
}

/** None for `repro`, which tests and claims nothing. */
export function findCautions(input: CautionInput): Caution[] {
  const { question, arms, comparisons, machine } = input;
  if (question.kind === 'repro') return [];
  return cautionsOf({
    knownBad: question.kind === 'gate' ? 'required' : 'optional',
    claim: question.claim,
    arms: arms.map((judged) => factsOf(judged, input)),
    comparisons: comparisons.flatMap(({ arm, reference, test }) =>
      test === null ? [] : [{ arm, other: reference, detectable: { baseline: 0, ...test.detectable } }],
    ),
    machine,
  });
}

function factsOf({ arm, runs }: JudgedArm, input: CautionInput): ArmFacts {
  const id = armId(arm);
  const count = (is: (run: RunSummary) => boolean) => runs.filter(is).length;
  const missing = count((run) => has(run, 'run-missing'));
  const done = runs.length - missing;
  return {
    arm: id,
    expected: arm.expected,
    planned: runs.length,
    runs: done,
    evidence:
      arm.tracer === untraced
        ? null
        : {
            heldRuns: count(({ verdict }) => verdict === 'held'),
            unknownRuns: count(({ verdict }) => verdict === 'unknown') - missing,
            foreignRuns: input.isForeignThroughout ? done : count((run) => has(run, 'foreign-holder')),
            effect: input.effects.find((each) => each.arm === id)?.effect ?? null,
          },
  };
}

function has({ doubts }: RunSummary, code: DoubtCode): boolean {
  return doubts.some((doubt) => doubt.code === code);
}
