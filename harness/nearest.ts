/** What somebody may have meant: the known names that differ least from an unknown one. */

/** At most `limit` names, nearest first; none where all are too different to be a slip. */
export function nearestNames(unknown: string, known: readonly string[], limit = 3): string[] {
  return known
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 2)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** `did you mean a or b?`, or what there is */
export function suggestNames(unknown: string, known: readonly string[]): string {
  const nearest = nearestNames(unknown, known);
  return nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : `choose one of ${known.join(', ')}`;
}

/** Levenshtein: insertions, deletions and substitutions. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
