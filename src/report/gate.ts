/** The answer of a gate, from its judged arms and its baseline. */
import { runsNeeded } from '../statistics/claim.ts';
import { decideGate, type GateArm, type GateDecision } from '../verdict/gate.ts';
import type { TalliedArm } from './arm-tally.ts';
import type { Question } from './question.ts';
import type { GateReport } from './report.ts';

export function answerGate(
  arms: readonly TalliedArm[],
  { claim, baseline }: Extract<Question, { kind: 'gate' }>,
): { readonly outcome: GateDecision['outcome']; readonly report: GateReport } {
  const { outcome, reasons, findings } = decideGate(
    arms.flatMap(gateArm),
    claim,
    baseline === null ? [] : baseline.findings,
  );
  return {
    outcome,
    report: { runsNeeded: runsNeeded(claim), reasons: [...reasons], findings: [...findings] },
  };
}

/** The name of an arm in a baseline, which is the same under any tracer. */
export function subjectId({ variant, toolchain }: { variant: string; toolchain: string | null }): string {
  return toolchain === null ? variant : `${variant}@${toolchain}`;
}

function gateArm({ arm, tally }: TalliedArm): GateArm[] {
  if (arm.role === null) return [];
  return [
    {
      subject: subjectId(arm),
      role: arm.role,
      verdict: tally.verdict,
      runs: tally.runs,
      unknownRuns: tally.verdicts.unknown,
      idleRuns: tally.idleRuns,
      kindSets: tally.kindSets,
    },
  ];
}
