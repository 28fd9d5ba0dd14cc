/** A list of releases read as history: what each variant came out as, and where along the list that changed. */
import { compareGoReleases, parseGoRelease } from '../experiment/go-release.ts';
import type { ArmReport, Report } from './report.ts';

/** One variant over the releases, oldest first; what is changed in a release stands behind it. */
export interface VariantHistory {
  readonly variant: string;
  readonly arms: readonly ReleaseArm[];
}

export type ReleaseArm = ArmReport & { readonly toolchain: string };

/** Neighbours in the list that came out alike. */
export interface Stretch {
  readonly verdict: ArmReport['verdict'];
  readonly first: string;
  readonly last: string;
}

/** Variants in the order of the report. */
export function readHistories({ arms }: Pick<Report, 'arms'>): VariantHistory[] {
  const variants = [...new Set(arms.map(({ variant }) => variant))];
  return variants.map((variant) => ({
    variant,
    arms: arms
      .filter((arm): arm is ReleaseArm => arm.variant === variant && arm.toolchain !== null)
      .sort(byRelease),
  }));
}

/** Of the releases as they were released: a changed one is no part of the history. */
export function stretchesOf({ arms }: VariantHistory): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { toolchain, verdict } of arms) {
    if (parseGoRelease(toolchain)?.counterfactual !== null) continue;
    const before = stretches.at(-1);
    if (before?.verdict === verdict) stretches[stretches.length - 1] = { ...before, last: toolchain };
    else stretches.push({ verdict, first: toolchain, last: toolchain });
  }
  return stretches;
}

function byRelease(a: ReleaseArm, b: ReleaseArm): number {
  const [left, right] = [parseGoRelease(a.toolchain), parseGoRelease(b.toolchain)];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return (
    compareGoReleases(left, right) ||
    Number(left.counterfactual !== null) - Number(right.counterfactual !== null)
  );
}
