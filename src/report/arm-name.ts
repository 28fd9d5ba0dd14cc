/** What an arm is called in a sentence. Plain text; nothing in it is escaped. */
import { untraced } from '../experiment/plan.ts';
import { excerpt } from './excerpt.ts';
import type { ArmReport, Report } from './report.ts';

/** `unfixed on go1.9.7`; a command of the user by its name alone. */
export function programName({ variant, toolchain }: Pick<ArmReport, 'variant' | 'toolchain'>): string {
  return toolchain === null ? excerpt(variant) : `${excerpt(variant)} on ${excerpt(toolchain)}`;
}

export type NameOf = (arm: Pick<ArmReport, 'variant' | 'toolchain' | 'tracer'>) => string;

/** As `programName`, and with the tracer where the report has more than one: `unfixed on go1.9.7 under strace`. */
export function armNames({ arms }: Pick<Report, 'arms'>): NameOf {
  const tracers = new Set(arms.map(({ tracer }) => tracer).filter((tracer) => tracer !== untraced));
  return (arm) =>
    tracers.size > 1 && arm.tracer !== untraced
      ? `${programName(arm)} under ${excerpt(arm.tracer)}`
      : programName(arm);
}

/** The name for an arm's id; the id itself where the report has no such arm. */
export function namesOfIds(report: Pick<Report, 'arms'>): (id: string) => string {
  const nameOf = armNames(report);
  const names = new Map(report.arms.map((arm) => [arm.id, nameOf(arm)]));
  return (id) => names.get(id) ?? excerpt(id);
}
