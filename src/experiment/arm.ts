/** An arm is variant x toolchain x tracer; what is expected of it comes from the variant. */

/** What an arm runs. */
export interface Program {
  /** Of the scenario; or the name of one of the user's own commands. */
  readonly variant: string;
  /**
   * `go1.9.7`, `go1.26.8`: the release that the binary itself reported, plus a suffix for counterfactuals. Null: a
   * command of the user, of which nobody knows how it was built.
   */
  readonly toolchain: string | null;
}

export interface Arm extends Program {
  readonly tracer: string;
  /** Null: nothing is expected (untraced arms have no evidence). */
  readonly expected: 'clean' | 'held' | null;
  /** What a gate has it for; null outside of gates, and for the untraced arms beside the traced ones. */
  readonly role: ArmRole | null;
}

export const armRoles = ['known-bad', 'known-good', 'subject'] as const;
/** `known-bad` must be held, or the gate could not have gone red; `known-good` must be clean. */
export type ArmRole = (typeof armRoles)[number];

/** As it is typed, and unique in a session: `unfixed@go1.9.7:dtrace`, `my-server:strace`. */
export function armId({ variant, toolchain, tracer }: Program & Pick<Arm, 'tracer'>): string {
  return `${variant}${toolchain === null ? '' : `@${toolchain}`}:${tracer}`;
}

export function isSameProgram(a: Program, b: Program): boolean {
  return a.variant === b.variant && a.toolchain === b.toolchain;
}
