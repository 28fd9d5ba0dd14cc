import type { Step } from './steps.ts';

export interface Situation {
  /** Unique; it is the text of the mark. */
  readonly name: string;
  /** The rule of the kernel that decides it. Over the table every rule has both outcomes. */
  readonly rule: string;
  /** The last one is the candidate's bind. */
  readonly steps: readonly Step[];
  /** Whatever a step ends with is taken as it comes (script.go). */
  readonly tolerant?: true;
}

/** Situations of one rule; a step may be a list of steps. */
export function situationsOf(
  rule: string,
  entries: Readonly<Record<string, readonly (Step | readonly Step[])[]>>,
): Situation[] {
  return Object.entries(entries).map(([name, steps]) => ({
    name: `${rule}: ${name}`,
    rule,
    steps: steps.flat(),
  }));
}

/** The second network interface, for SO_BINDTODEVICE; its address is 10.99.0.1/8. */
export const secondDevice = 'after0';

export function needsSecondDevice({ steps }: Situation): boolean {
  return steps.some(({ text, address }) => text === secondDevice || address?.startsWith('10.') === true);
}
