/** When a test may be skipped: it names what the machine lacks, and the machine does lack it. */

export interface Skip {
  readonly test: string;
  /** What the test said when it skipped itself, `missing: strace (why it is needed)`; null: nothing. */
  readonly note: string | null;
}

export interface Machine {
  readonly isRoot: boolean;
  /** Is there a program of this name on PATH? */
  hasProgram(name: string): boolean;
  /** `complete`: known to have all that afterclose asks for, as in CI; `any`: whatever a developer has. */
  readonly kind: 'complete' | 'any';
}

/** Nobody is asked to have these: some tests use them to look at afterclose from outside. */
const optionalPrograms = ['strace'];

/** @returns why the skip is not earned, or null where it is */
export function judgeSkip(skip: Skip, machine: Machine): string | null {
  const missing = /^missing: ([\w.+-]+)/.exec(skip.note ?? '')?.[1];
  if (missing === undefined)
    return 'it does not say what is missing (a note `missing: NAME (why it is needed)`)';
  if (missing === 'root' ? machine.isRoot : machine.hasProgram(missing)) return `this machine has ${missing}`;
  if (machine.kind === 'any' || optionalPrograms.includes(missing)) return null;
  return `this machine is expected to have ${missing} (AFTERCLOSE_SKIPS=fail)`;
}
