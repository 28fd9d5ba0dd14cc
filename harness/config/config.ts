/** The config file of a user: named commands, and what a gate is to do with them. */
import type { Target } from './target.ts';

export interface Config {
  /** As it is to be told. */
  readonly path: string;
  /** What a baseline of these commands is about. */
  readonly program: string;
  readonly targets: readonly Target[];
  readonly gate: GateConfig | null;
}

export interface GateConfig {
  /** Arms as they are typed. */
  readonly knownBad: string;
  readonly knownGood: string;
  readonly subjects: readonly string[];
  /** As typed: `<10% at 95%`; null: the default. */
  readonly claim: string | null;
  /** Absolute path; null: none. */
  readonly baseline: string | null;
}
