/** What a reader of a comparison or of a gate must know before trusting its figures, from the judged runs. */
import { armId } from '../experiment/arm.ts';
import { untraced } from '../experiment/plan.ts';
import { cautionsOf, type ArmFacts, type Caution, type MachineFacts } from '../statistics/caution.ts';
import type { TalliedArm } from './arm-tally.ts';
import type { Question } from './question.ts';
import type { ComparisonReport, TracerEffectReport } from './report.ts';

export interface CautionInput {
  readonly question: Question;
  readonly arms: readonly TalliedArm[];
  readonly comparisons: readonly ComparisonReport[];
  readonly effects: readonly TracerEffectReport[];
  /** Null: nobody looked. */
  readonly machine: MachineFacts | null;
  /** Somebody else had an address all the time, so that every run met it. */
  readonly isForeignThroughout: boolean;
}

/** None for `repro` and `releases`, which test and claim nothing. */
export function findCautions(input: CautionInput): Caution[] {
  const { question, arms, comparisons, machine } = input;
  if (question.kind === 'repro' || question.kind === 'releases') return [];
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

function factsOf({ arm, tally }: TalliedArm, input: CautionInput): ArmFacts {
  const id = armId(arm);
  const { missingRuns } = tally;
  const done = tally.runs - missingRuns;
  return {
    arm: id,
    expected: arm.expected,
    planned: tally.runs,
    runs: done,
    evidence:
      arm.tracer === untraced
        ? null
        : {
            heldRuns: tally.verdicts.held,
            unknownRuns: tally.verdicts.unknown - missingRuns,
            foreignRuns: input.isForeignThroughout ? done : tally.runsWith('foreign-holder'),
            effect: input.effects.find((each) => each.arm === id)?.effect ?? null,
          },
  };
}
