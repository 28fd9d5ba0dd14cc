/** A command of the user that runs are made of. */

export interface Target {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Absolute. */
  readonly directory: string;
  /** Added to the few variables that every run of a command gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Done once, before the first run; null: nothing is to be built. */
  readonly build: readonly [string, ...string[]] | null;
  readonly expects: 'clean' | 'held' | null;
  readonly timeoutMs: number;
}
