/** The three answers, ordered by how bad they are; merging takes the worst, so doubt never becomes clean. */

export const verdicts = ['clean', 'unknown', 'held'] as const;
export type Verdict = (typeof verdicts)[number];

/** Commutative, associative, idempotent; the neutral element is `clean`. */
export function mergeVerdicts(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}
