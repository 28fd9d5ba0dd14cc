/** An arm is variant x toolchain x tracer; what is expected of it comes from the variant. */

export interface Arm {
  readonly variant: string;
  /** `go1.9.7`, `go1.26.8`: the release that the binary itself reported, plus a suffix for counterfactuals. */
  readonly toolchain: string;
  readonly tracer: string;
  /** Null: nothing is expected (untraced arms have no evidence). */
  readonly expected: 'clean' | 'held' | null;
}
