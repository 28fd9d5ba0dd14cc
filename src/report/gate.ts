/** The answer of a gate, from its judged arms and its baseline. */
import { runsNeeded } from '../statistics/claim.ts';
import { decideGate, type GateArm, type GateDecision } from '../verdict/gate.ts';
import { mergeVerdicts } from '../verdict/verdict.ts';
import type { JudgedArm } from './build.ts';
import type { Question } from './question.ts';
import type { GateReport } from './report.ts';

export function answerGate(
  arms: readonly JudgedArm[],
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

function gateArm({ arm, runs }: JudgedArm): GateArm[] {
  if (arm.role === null) return [];
  return [
    {
      subject: subjectId(arm),
      role: arm.role,
      verdict: runs.length === 0 ? 'unknown' : runs.map(({ verdict }) => verdict).reduce(mergeVerdicts),
      runs: runs.length,
      unknownRuns: runs.filter(({ verdict }) => verdict === 'unknown').length,
      idleRuns: runs.filter(({ figures }) => figures.binds === 0).length,
      kindsByRun: runs.filter(({ verdict }) => verdict === 'held').map(({ kinds }) => kinds),
    },
  ];
}
